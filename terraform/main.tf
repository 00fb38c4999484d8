data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  presence_over_queue = var.presence_source == "sqs"
  client_id_prefix    = "relay"
}

# Every policy document, rendered from names alone: what is made below is called what they say.
module "policies" {
  source = "./modules/policies"

  name                        = var.name
  partition                   = data.aws_partition.current.partition
  region                      = data.aws_region.current.region
  account_id                  = data.aws_caller_identity.current.account_id
  client_id_prefix            = local.client_id_prefix
  subscription_topics         = var.subscription_topics
  shared_topics_allowed       = var.shared_topics_allowed
  terminal_connect_attributes = var.terminal_connect_attributes
  presence_over_mqtt          = !local.presence_over_queue
  presence_over_queue         = local.presence_over_queue
}

module "iot" {
  source = "./modules/iot"

  names = module.policies.names
  documents = {
    device_policy         = module.policies.device_policy
    claim_policy          = module.policies.claim_policy
    relay_policy          = module.policies.relay_policy
    provisioning_template = module.policies.provisioning_template
    jitp_template         = module.policies.jitp_template
    iot_trust             = module.policies.trust["iot"]
    logging_role          = module.policies.roles.logging
    provisioning_role     = module.policies.roles.provisioning
  }
  relay_certificate_signing_request = var.relay_certificate_signing_request
  claim_provisioning                = var.claim_provisioning
  terminal_authority                = var.terminal_authority
  manage_account_settings           = var.manage_account_settings
}

module "presence" {
  source = "./modules/presence"
  count  = local.presence_over_queue ? 1 : 0

  names = module.policies.names
  documents = {
    iot_trust = module.policies.trust["iot"]
    rule_role = module.policies.roles.rule
  }
}

module "database" {
  source = "./modules/database"

  name                   = var.name
  vpc_id                 = var.vpc_id
  subnet_ids             = var.private_subnet_ids
  client_security_groups = merge(var.database_clients, { relay = module.relay.security_group_id })
  engine_version         = var.database.engine_version
  instance_class         = var.database.instance_class
  instances              = var.database.instances
  serverless_capacity    = var.database.serverless_capacity
  backup_retention_days  = var.database.backup_retention_days
  kms_key_arn            = var.kms_key_arn
  deletion_protection    = var.deletion_protection
}

module "relay" {
  source = "./modules/relay"

  name  = var.name
  names = module.policies.names
  documents = {
    ecs_tasks_trust = module.policies.trust["ecs-tasks"]
    relay_role      = module.policies.relay_role
    execution_role  = module.policies.roles.execution
  }
  vpc_id                     = var.vpc_id
  public_subnet_ids          = var.public_subnet_ids
  private_subnet_ids         = var.private_subnet_ids
  database_security_group_id = module.database.security_group_id
  settings                   = merge(local.relay_settings, var.extra_settings)
  certificate_pem            = module.iot.relay_certificate_pem
  image                      = var.image
  image_tag                  = var.image_tag
  architecture               = var.architecture
  cpu                        = var.task_size.cpu
  memory                     = var.task_size.memory
  tasks                      = var.tasks
  started                    = var.started
  api_certificate_arn        = var.api_certificate_arn
  api_cidr_blocks            = var.api_cidr_blocks
  tas_host_name              = var.tas_host_name
  tas_port                   = var.tas_port
  tas_certificate_arn        = var.tas_certificate_arn
  tas_cidr_blocks            = var.tas_cidr_blocks
  kms_key_arn                = var.kms_key_arn
  log_retention_days         = var.log_retention_days
  deletion_protection        = var.deletion_protection
}

module "alarms" {
  source = "./modules/alarms"

  name        = var.name
  notify_arns = var.alarm_topic_arns
  presence = one([for presence in module.presence : {
    queue_name        = presence.queue_name
    dead_letters_name = presence.dead_letters_name
    rule_name         = presence.rule_name
  }])
  load_balancers = module.relay.load_balancers
  service = {
    cluster_name   = module.relay.cluster_name
    service_name   = module.relay.service_name
    log_group_name = module.relay.log_group_name
    minimum_tasks  = var.tasks.minimum
  }
  database_cluster = module.database.cluster_identifier
  thresholds       = var.alarm_thresholds
}
