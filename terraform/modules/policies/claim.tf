# A claim certificate is in many hands. It can ask for a certificate of its own and for one template, under a client id that is no
# terminal's; keys are made in the terminal (create-from-csr), never by AWS.
locals {
  claim_requests = [
    "$aws/certificates/create-from-csr/json",
    "$aws/provisioning-templates/${local.names.provisioning_template}/provision/json",
  ]

  claim_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = "iot:Connect"
        Resource = "${local.client}/${var.claim_client_id_prefix}-*"
      },
      {
        Effect   = "Allow"
        Action   = "iot:Publish"
        Resource = [for request in local.claim_requests : "${local.topic}/${request}"]
      },
      {
        Effect   = "Allow"
        Action   = "iot:Subscribe"
        Resource = [for request in local.claim_requests : "${local.filter}/${request}/*"]
      },
      {
        Effect   = "Allow"
        Action   = "iot:Receive"
        Resource = [for request in local.claim_requests : "${local.topic}/${request}/*"]
      },
    ]
  })

  # What RegisterThing makes of a claim. The pre-provisioning hook decides who may be which terminal; this only does it.
  provisioning_template = jsonencode({
    Parameters = {
      TerminalId                  = { Type = "String" }
      "AWS::IoT::Certificate::Id" = { Type = "String" }
    }
    Resources = {
      certificate = {
        Type       = "AWS::IoT::Certificate"
        Properties = { CertificateId = { Ref = "AWS::IoT::Certificate::Id" }, Status = "ACTIVE" }
      }
      policy = {
        Type       = "AWS::IoT::Policy"
        Properties = { PolicyName = local.names.terminal_policy }
      }
      thing = {
        Type             = "AWS::IoT::Thing"
        Properties       = { ThingName = { Ref = "TerminalId" }, ThingTypeName = local.names.thing_type }
        OverrideSettings = { ThingTypeName = "REPLACE" }
      }
    }
  })

  # The same for certificates of an own authority, at their first connection: the terminal's id is the subject's common name.
  jitp_template = jsonencode({
    Parameters = {
      "AWS::IoT::Certificate::CommonName" = { Type = "String" }
      "AWS::IoT::Certificate::Id"         = { Type = "String" }
    }
    Resources = {
      certificate = {
        Type       = "AWS::IoT::Certificate"
        Properties = { CertificateId = { Ref = "AWS::IoT::Certificate::Id" }, Status = "ACTIVE" }
      }
      policy = {
        Type       = "AWS::IoT::Policy"
        Properties = { PolicyName = local.names.terminal_policy }
      }
      thing = {
        Type             = "AWS::IoT::Thing"
        Properties       = { ThingName = { Ref = "AWS::IoT::Certificate::CommonName" }, ThingTypeName = local.names.thing_type }
        OverrideSettings = { ThingTypeName = "REPLACE" }
      }
    }
  })
}
