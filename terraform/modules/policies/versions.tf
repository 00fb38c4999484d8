# No provider: the documents are rendered from variables alone, so this module applies anywhere, offline too.
terraform {
  required_version = ">= 1.11.0"
}
