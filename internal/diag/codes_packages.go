package diag

// Codes of packages.
const (
	PNotFound  Code = "P001"
	PDuplicate Code = "P002"
	PCycle     Code = "P003"
	PBuiltIn   Code = "P004"
)

var packageInfos = []Info{
	{PNotFound, "package not found", "A package cannot be read: the folder holds no project, the repository cannot be reached, or it has no such tag, branch or folder."},
	{PDuplicate, "two packages of one name", "Paths name packages, so each needs a name of its own."},
	{PBuiltIn, "built-in package used", "The package corelib cannot be fetched. It declares three id types and nothing else; these are built in and used instead."},
	{PCycle, "package imports itself", "Packages import each other in a circle."},
}
