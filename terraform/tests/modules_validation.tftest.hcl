# What the modules refuse that the root only passes on.
mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  name                   = "cloudkick"
  vpc_id                 = "vpc-0123456789abcdef0"
  public_subnet_ids      = ["subnet-1", "subnet-2"]
  private_subnet_ids     = ["subnet-3", "subnet-4"]
  subnet_ids             = ["subnet-3", "subnet-4"]
  client_security_groups = {}
  api_certificate_arn    = "arn:aws:acm:eu-central-1:123456789012:certificate/api"
  tas_host_name          = "tas.example.com"
  image_tag              = "1.0.0"
  settings               = {}

  database_security_group_id = "sg-0123456789abcdef0"
  database_cluster           = "cloudkick"

  service = { cluster_name = "c", service_name = "s", log_group_name = "l", minimum_tasks = 2 }
  load_balancers = {
    api = { suffix = "a", target_group_suffix = "a" }
    tas = { suffix = "t", target_group_suffix = "t" }
  }

  names = {
    terminal_policy       = "t"
    relay_policy          = "r"
    claim_policy          = "c"
    thing_type            = "t"
    provisioning_template = "p"
    jitp_template         = "j"
    presence_queue        = "q"
    presence_dead_letters = "d"
    presence_rule         = "r"
    repository            = "r"
    log_group             = "l"
    database_secret       = "s"
    key_secret            = "k"
  }
  documents = {
    device_policy         = "{}"
    claim_policy          = "{}"
    relay_policy          = "{}"
    provisioning_template = "{}"
    jitp_template         = "{}"
    iot_trust             = "{}"
    logging_role          = "{}"
    provisioning_role     = "{}"
    rule_role             = "{}"
    ecs_tasks_trust       = "{}"
    relay_role            = "{}"
    execution_role        = "{}"
  }
}

run "private_key_instead_of_a_request" {
  command = plan

  module {
    source = "./modules/iot"
  }

  variables {
    relay_certificate_signing_request = "-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----\n-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n"
  }

  expect_failures = [var.relay_certificate_signing_request]
}

run "authority_with_its_key" {
  command = plan

  module {
    source = "./modules/iot"
  }

  variables {
    terminal_authority = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n-----BEGIN EC PRIVATE KEY-----\nMIIB\n-----END EC PRIVATE KEY-----\n"
  }

  expect_failures = [var.terminal_authority]
}

run "claims_without_a_hook" {
  command = plan

  module {
    source = "./modules/iot"
  }

  variables {
    claim_provisioning = { hook_arn = "" }
  }

  expect_failures = [var.claim_provisioning]
}

run "database_in_one_zone" {
  command = plan

  module {
    source = "./modules/database"
  }

  variables {
    subnet_ids = ["subnet-1"]
  }

  expect_failures = [var.subnet_ids]
}

run "database_too_old" {
  command = plan

  module {
    source = "./modules/database"
  }

  variables {
    engine_version = "14.9"
  }

  expect_failures = [var.engine_version]
}

run "capacity_upside_down" {
  command = plan

  module {
    source = "./modules/database"
  }

  variables {
    serverless_capacity = { minimum = 8, maximum = 2 }
  }

  expect_failures = [var.serverless_capacity]
}

run "image_that_moves" {
  command = plan

  module {
    source = "./modules/relay"
  }

  variables {
    image_tag = "latest"
  }

  expect_failures = [var.image_tag]
}

run "memory_that_fargate_has_not" {
  command = plan

  module {
    source = "./modules/relay"
  }

  variables {
    memory = 1024
  }

  expect_failures = [var.memory]
}

run "tasks_upside_down" {
  command = plan

  module {
    source = "./modules/relay"
  }

  variables {
    tasks = { minimum = 3, maximum = 2 }
  }

  expect_failures = [var.tasks]
}

run "network_that_is_none" {
  command = plan

  module {
    source = "./modules/relay"
  }

  variables {
    tas_cidr_blocks = ["everywhere"]
  }

  expect_failures = [var.tas_cidr_blocks]
}

run "events_kept_for_a_month" {
  command = plan

  module {
    source = "./modules/presence"
  }

  variables {
    retention_seconds = 2678400
  }

  expect_failures = [var.retention_seconds]
}

run "alarms_to_a_mail_address" {
  command = plan

  module {
    source = "./modules/alarms"
  }

  variables {
    notify_arns = ["operator@example.com"]
  }

  expect_failures = [var.notify_arns]
}

