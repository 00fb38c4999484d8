# Terminals that provision themselves: by a claim certificate, or by a certificate of an own authority.
locals {
  self_provisioning = var.claim_provisioning != null || var.terminal_authority != null
}

data "aws_partition" "current" {}

resource "aws_iam_role" "provisioning" {
  count = local.self_provisioning ? 1 : 0

  name               = var.names.provisioning_template
  assume_role_policy = var.documents.iot_trust
}

resource "aws_iam_role_policy_attachment" "provisioning" {
  count = length(aws_iam_role.provisioning)

  role       = aws_iam_role.provisioning[0].name
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/service-role/AWSIoTThingsRegistration"
}

resource "aws_iam_role_policy" "provisioning" {
  count = length(aws_iam_role.provisioning)

  name   = "not-the-relay"
  role   = aws_iam_role.provisioning[0].id
  policy = var.documents.provisioning_role
}

resource "aws_iot_policy" "claim" {
  count = var.claim_provisioning == null ? 0 : 1

  name   = var.names.claim_policy
  policy = var.documents.claim_policy
}

resource "aws_iot_provisioning_template" "claim" {
  count = var.claim_provisioning == null ? 0 : 1

  name                  = var.names.provisioning_template
  description           = "Terminals that claim their certificate"
  type                  = "FLEET_PROVISIONING"
  enabled               = true
  provisioning_role_arn = aws_iam_role.provisioning[0].arn
  template_body         = var.documents.provisioning_template

  pre_provisioning_hook {
    target_arn = var.claim_provisioning.hook_arn
  }

  depends_on = [aws_iam_role_policy_attachment.provisioning, aws_lambda_permission.hook]
}

resource "aws_lambda_permission" "hook" {
  count = var.claim_provisioning == null ? 0 : 1

  function_name = var.claim_provisioning.hook_arn
  action        = "lambda:InvokeFunction"
  principal     = "iot.amazonaws.com"
  source_arn    = "arn:${data.aws_partition.current.partition}:iot:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:provisioningtemplate/${var.names.provisioning_template}"
}

data "aws_region" "current" {}

data "aws_caller_identity" "current" {}

resource "aws_iot_provisioning_template" "authority" {
  count = var.terminal_authority == null ? 0 : 1

  name                  = var.names.jitp_template
  description           = "Terminals with a certificate of the own authority"
  type                  = "JITP"
  enabled               = true
  provisioning_role_arn = aws_iam_role.provisioning[0].arn
  template_body         = var.documents.jitp_template

  depends_on = [aws_iam_role_policy_attachment.provisioning]
}

# SNI_ONLY: no verification certificate has to be signed, and terminals send the server's name, as AWS asks anyway.
resource "aws_iot_ca_certificate" "terminals" {
  count = var.terminal_authority == null ? 0 : 1

  active                  = true
  allow_auto_registration = true
  ca_certificate_pem      = var.terminal_authority
  certificate_mode        = "SNI_ONLY"

  registration_config {
    template_name = aws_iot_provisioning_template.authority[0].name
    role_arn      = aws_iam_role.provisioning[0].arn
  }
}
