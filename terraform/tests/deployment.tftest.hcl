# The whole deployment as it is planned, with every value known.
mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan

  mock_resource "aws_sqs_queue" {
    defaults = {
      url = "https://sqs.eu-central-1.amazonaws.com/123456789012/cloudkick-presence"
      arn = "arn:aws:sqs:eu-central-1:123456789012:cloudkick-presence"
    }
  }

  mock_resource "aws_iot_certificate" {
    defaults = {
      certificate_pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
    }
  }

  mock_resource "aws_ecr_repository" {
    defaults = {
      repository_url = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/cloudkick-relay"
    }
  }

  mock_resource "aws_lb" {
    defaults = {
      dns_name   = "cloudkick.elb.eu-central-1.amazonaws.com"
      zone_id    = "Z215JYRZR1TBD5"
      arn_suffix = "app/cloudkick/0123456789abcdef"
    }
  }

  mock_resource "aws_lb_target_group" {
    defaults = {
      arn_suffix = "targetgroup/cloudkick/0123456789abcdef"
    }
  }
}

variables {
  vpc_id                            = "vpc-0123456789abcdef0"
  public_subnet_ids                 = ["subnet-1", "subnet-2"]
  private_subnet_ids                = ["subnet-3", "subnet-4"]
  api_host_name                     = "kick.example.com"
  api_certificate_arn               = "arn:aws:acm:eu-central-1:123456789012:certificate/api"
  tas_host_name                     = "tas.example.com"
  image_tag                         = "1.0.0"
  relay_certificate_signing_request = "-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----\n"
}

run "settings" {
  command = plan

  assert {
    condition = tomap(output.relay_settings) == tomap({
      CloudKick__Aws__Region                 = "eu-central-1"
      CloudKick__Http__DrainDelay            = "00:00:20"
      CloudKick__Http__Port                  = "5080"
      CloudKick__Mqtt__CertificateFile       = "/run/certificate/certificate.pem"
      CloudKick__Mqtt__ClientIdPrefix        = "relay"
      CloudKick__Mqtt__Connections           = "4"
      CloudKick__Mqtt__Host                  = "abcdefghijklmn-ats.iot.eu-central-1.amazonaws.com"
      CloudKick__Mqtt__Port                  = "443"
      CloudKick__Mqtt__PrivateKeyFile        = "/run/certificate/key.pem"
      CloudKick__Pages__PublicUrl            = "https://kick.example.com"
      CloudKick__Presence__QueueUrl          = "https://sqs.eu-central-1.amazonaws.com/123456789012/cloudkick-presence"
      CloudKick__Presence__Source            = "sqs"
      CloudKick__Provisioning__PolicyName    = "cloudkick-terminal"
      CloudKick__Provisioning__ThingTypeName = "cloudkick-terminal"
      CloudKick__Publishing__Authentication  = "SigV4"
      CloudKick__Publishing__Transport       = "auto"
      CloudKick__Tas__Port                   = "5555"
      CloudKick__Tas__PublicHost             = "tas.example.com"
      CloudKick__Tas__PublicPort             = "5555"
      CloudKick__Tas__PublicTls              = "false"
    })
    error_message = "The relay is told its surroundings, and nothing else."
  }

  assert {
    condition     = keys(output.relay_secrets) == ["ConnectionStrings__CloudKick"]
    error_message = "The connection string is a secret."
  }
}

run "extra_settings" {
  command = plan

  variables {
    extra_settings = { CloudKick__Kicks__DefaultTtlSeconds = "20" }
  }

  assert {
    condition     = output.relay_settings["CloudKick__Kicks__DefaultTtlSeconds"] == "20"
    error_message = "More settings can be given."
  }
}

run "presence_over_mqtt" {
  command = plan

  variables {
    presence_source = "mqtt"
  }

  assert {
    condition     = output.relay_settings["CloudKick__Presence__Source"] == "mqtt" && !contains(keys(output.relay_settings), "CloudKick__Presence__QueueUrl") && output.presence_queue_url == null
    error_message = "Without the queue the relay listens over MQTT."
  }

  assert {
    condition     = !contains(output.alarm_names, "cloudkick-presence-old") && contains(output.alarm_names, "cloudkick-api-errors")
    error_message = "Without the queue there is no alarm about it."
  }
}

run "alarms" {
  command = plan

  assert {
    condition = toset(output.alarm_names) == toset([for alarm in [
      "presence-old", "presence-dead-letters", "presence-rule-failed", "api-errors", "api-unanswered", "api-unhealthy", "tas-unhealthy",
      "nodes-missing", "logged-errors", "database-cpu", "database-connections"
    ] : "cloudkick-${alarm}"])
    error_message = "Each of these is worth waking up for."
  }
}

run "terminals_over_tls" {
  command = plan

  variables {
    tas_certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/tas"
  }

  assert {
    condition     = output.relay_settings["CloudKick__Tas__PublicTls"] == "true"
    error_message = "Terminals are told to speak TLS where the load balancer does."
  }
}

run "dns" {
  command = plan

  variables {
    route53_zone_id = "Z0123456789"
  }

  assert {
    condition     = keys(aws_route53_record.this) == ["kick.example.com", "tas.example.com"]
    error_message = "Both names lead to their load balancers."
  }
}

run "first_deployment_without_certificate" {
  command = plan

  variables {
    relay_certificate_signing_request = null
    started                           = false
  }

  assert {
    condition     = output.relay_certificate_arn == null
    error_message = "Without a CSR there is no certificate."
  }
}

run "database_over_tls" {
  command = plan

  module {
    source = "./modules/database"
  }

  variables {
    name                   = "cloudkick"
    subnet_ids             = ["subnet-3", "subnet-4"]
    client_security_groups = {}
  }

  assert {
    condition = (
      one([for parameter in aws_rds_cluster_parameter_group.this.parameter : parameter.value if parameter.name == "rds.force_ssl"]) == "1"
      && aws_rds_cluster.this.db_cluster_parameter_group_name == aws_rds_cluster_parameter_group.this.name
    )
    error_message = "The database takes no connection without TLS."
  }
}
