# The documents as an account gets them, of which LocalCloud embeds those of terminals, claims and relay: for an account of zeros, with the subscription topics that CloudKick begins with.
# `tests/run Terraform` renders them again and compares; `node terraform/check/render.mjs` writes them.
terraform {
  required_version = ">= 1.11.0"
}

module "policies" {
  source = "../modules/policies"

  region                = "eu-central-1"
  account_id            = "000000000000"
  shared_topics_allowed = true
}

output "documents" {
  description = "File name to document."
  value = {
    "device-policy.json"         = module.policies.device_policy
    "claim-policy.json"          = module.policies.claim_policy
    "relay-policy.json"          = module.policies.relay_policy
    "relay-role.json"            = module.policies.relay_role
    "provisioning-template.json" = module.policies.provisioning_template
    "jitp-template.json"         = module.policies.jitp_template
    "rule-role.json"             = module.policies.roles.rule
    "logging-role.json"          = module.policies.roles.logging
    "provisioning-role.json"     = module.policies.roles.provisioning
    "execution-role.json"        = module.policies.roles.execution
    "iot-trust.json"             = module.policies.trust["iot"]
    "ecs-tasks-trust.json"       = module.policies.trust["ecs-tasks"]
  }
}
