terraform {
  required_version = ">= 1.11.0, < 2.0.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.0, < 7.0"
    }
  }

  # The state of a team: encrypted, versioned, locked. The bucket is made once, by hand (README).
  backend "s3" {
    key          = "cloudkick/terraform.tfstate"
    encrypt      = true
    use_lockfile = true
  }
}

provider "aws" {
  region = var.region

  default_tags {
    tags = {
      Application = "CloudKick"
      Environment = var.environment
    }
  }
}
