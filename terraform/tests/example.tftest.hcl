# The complete example plans although nothing of what it makes is known yet: no count or for_each hangs on an id.
mock_provider "aws" {
  source = "./tests/mocks"

  mock_data "aws_route53_zone" {
    defaults = {
      zone_id = "Z0123456789"
    }
  }

  mock_resource "aws_acm_certificate" {
    override_during = plan

    defaults = {
      arn                       = "arn:aws:acm:eu-central-1:123456789012:certificate/api"
      domain_validation_options = []
    }
  }
}

run "complete" {
  command = plan

  module {
    source = "./examples/complete"
  }

  variables {
    domain     = "example.com"
    image_tag  = "1.0.0"
    alarm_mail = "operator@example.com"
    started    = false
  }

  assert {
    condition     = output.cloudkick.database_name == "cloudkick"
    error_message = "The example is a whole deployment."
  }
}
