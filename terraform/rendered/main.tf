# The documents that LocalCloud embeds: those of an account of zeros, with the subscription topics that CloudKick begins with.
# `tests/run Terraform` renders them again and compares; `node terraform/check/render.mjs` writes them.
terraform {
  required_version = ">= 1.11.0"
}

module "policies" {
  source = "../modules/policies"

  region                = "eu-central-1"
  account_id            = "000000000000"
  shared_topics_allowed = true
  presence_queue_arn    = "arn:aws:sqs:eu-central-1:000000000000:cloudkick-presence"
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
  }
}
