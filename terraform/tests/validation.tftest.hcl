# What is refused before anything is planned.
mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  vpc_id              = "vpc-0123456789abcdef0"
  public_subnet_ids   = ["subnet-1", "subnet-2"]
  private_subnet_ids  = ["subnet-3", "subnet-4"]
  api_host_name       = "kick.example.com"
  api_certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/api"
  tas_host_name       = "tas.example.com"
  image_tag           = "1.0.0"
}

run "name_too_long" {
  command = plan

  variables {
    name = "cloudkick-for-the-whole-of-europe"
  }

  expect_failures = [var.name]
}

run "name_with_capitals" {
  command = plan

  variables {
    name = "CloudKick"
  }

  expect_failures = [var.name]
}

run "vpc_of_another_kind" {
  command = plan

  variables {
    vpc_id = "subnet-1"
  }

  expect_failures = [var.vpc_id]
}

run "api_host_name_that_is_an_address" {
  command = plan

  variables {
    api_host_name = "https://kick.example.com"
  }

  expect_failures = [var.api_host_name]
}

run "presence_from_elsewhere" {
  command = plan

  variables {
    presence_source = "kinesis"
  }

  expect_failures = [var.presence_source]
}

run "transport_that_there_is_not" {
  command = plan

  variables {
    transport = "carrier-pigeon"
  }

  expect_failures = [var.transport]
}

run "too_many_connections" {
  command = plan

  variables {
    mqtt_connections = 65
  }

  expect_failures = [var.mqtt_connections]
}

run "setting_that_is_none" {
  command = plan

  variables {
    extra_settings = { "ConnectionStrings__CloudKick" = "Host=db;Password=secret" }
  }

  expect_failures = [var.extra_settings]
}

run "database_client_under_the_relays_name" {
  command = plan

  variables {
    database_clients = { relay = "sg-0123" }
  }

  expect_failures = [var.database_clients]
}

run "kms_key_by_its_alias" {
  command = plan

  variables {
    kms_key_arn = "alias/cloudkick"
  }

  expect_failures = [var.kms_key_arn]
}

