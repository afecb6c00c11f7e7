package diag

// Codes of connections and the site configuration.
const (
	SiteFile             Code = "C001"
	SiteYAML             Code = "C002"
	SiteShape            Code = "C003"
	SiteDefaultOutput    Code = "C004"
	SiteUnknownTarget    Code = "C005"
	SiteNoTarget         Code = "C006"
	SiteUnknownType      Code = "C007"
	SiteUnknownKey       Code = "C008"
	SiteValue            Code = "C009"
	SiteMissingVariable  Code = "C010"
	SiteSecretFile       Code = "C011"
	SiteConnectionExists Code = "C012"
	SiteCannotAppend     Code = "C013"
)

var siteconfigInfos = []Info{
	{SiteFile, "site configuration cannot be read", "The file given with -c does not exist or may not be read. Without -c, ~/.pb/siteconfig.yaml is used when it is there."},
	{SiteYAML, "site configuration is not YAML", "The text of the site configuration cannot be read as YAML. Values are hidden in what is shown of it, because they may be secrets."},
	{SiteShape, "wrong shape of the site configuration", "The file is a map with connections; a connection is a map with target and outputs; outputs is a map of blocks that each have a type."},
	{SiteDefaultOutput, "embedded warehouse is used", "The project's connection is in no site configuration, so the run uses an embedded DuckDB in the project's .kith folder. Name the connection in ~/.pb/siteconfig.yaml, or run kith init connection, to use another warehouse."},
	{SiteUnknownTarget, "unknown target", "The connection has no output of the name given with -t or by its key target. The message lists the outputs there are."},
	{SiteNoTarget, "no target chosen", "The connection has several outputs and names none of them as its target. Add the key target, or give -t."},
	{SiteUnknownType, "unknown type of warehouse", "The type of an output is missing or names no warehouse that kith knows. The message lists the known ones."},
	{SiteUnknownKey, "unknown key of an output", "The key means nothing for this type of warehouse and is ignored. Usually a slip; the nearest known key is given."},
	{SiteValue, "wrong value of an output's key", "The value has the wrong kind (text where a number is needed), or is not one the key can have."},
	{SiteMissingVariable, "environment variable is not set", "A value refers to an environment variable as env:NAME or ${NAME}, and there is none of that name. Set it, or write $${ for a literal ${."},
	{SiteSecretFile, "file of a secret cannot be read", "A value refers to a file as file:/path, which does not exist or may not be read."},
	{SiteConnectionExists, "connection exists already", "A connection of that name is in the site configuration; nothing is overwritten. Choose another name, or edit the file."},
	{SiteCannotAppend, "connection cannot be added to the file", "The site configuration is written in a way that nothing can be added to without touching the rest, such as all connections on one line. Add the connection by hand."},
}
