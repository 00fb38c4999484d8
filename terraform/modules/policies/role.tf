# The relay's IAM role: the data API with SigV4, provisioning of terminals, the presence queue.
locals {
  # Things of these names would be taken for the relay.
  relay_things = ["${local.iot}:thing/${var.client_id_prefix}", "${local.iot}:thing/${var.client_id_prefix}-*"]

  role_data = [
    {
      Sid      = "Publish"
      Effect   = "Allow"
      Action   = "iot:Publish"
      Resource = [for kick in local.kicks : "${local.topic}/${kick}"]
    },
    {
      Sid       = "DirectMessages"
      Effect    = "Allow"
      Action    = "iot:SendDirectMessage"
      Resource  = "${local.client}/*"
      Condition = { StringLike = { "iot:Topic" = local.kicks } }
    },
    {
      Sid      = "Connections"
      Effect   = "Allow"
      Action   = ["iot:GetConnection", "iot:DeleteConnection", "iot:ListSubscriptions"]
      Resource = "${local.client}/*"
    },
  ]

  role_provisioning = [
    {
      # AWS knows no resource for these actions.
      Sid      = "WithoutResource"
      Effect   = "Allow"
      Action   = ["iot:DescribeEndpoint", "iot:CreateCertificateFromCsr", "iot:ListCertificates", "iot:ListAttachedPolicies"]
      Resource = "*"
    },
    {
      Sid      = "Things"
      Effect   = "Allow"
      Action   = ["iot:CreateThing", "iot:DescribeThing", "iot:DeleteThing", "iot:ListThingPrincipals", "iot:GetThingConnectivityData"]
      Resource = "${local.iot}:thing/*"
    },
    {
      Sid    = "Certificates"
      Effect = "Allow"
      Action = [
        "iot:DescribeCertificate", "iot:UpdateCertificate", "iot:DeleteCertificate", "iot:AttachPolicy", "iot:DetachPolicy",
        "iot:AttachThingPrincipal", "iot:DetachThingPrincipal", "iot:ListPrincipalThings",
      ]
      Resource = "${local.iot}:cert/*"
    },
    {
      Sid      = "ThingType"
      Effect   = "Allow"
      Action   = "iot:DescribeThingType"
      Resource = "${local.iot}:thingtype/${local.names.thing_type}"
    },
    {
      Sid      = "Policy"
      Effect   = "Allow"
      Action   = "iot:GetPolicy"
      Resource = "${local.iot}:policy/${local.names.terminal_policy}"
    },
    {
      Sid      = "NotTheRelayItself"
      Effect   = "Deny"
      Action   = ["iot:CreateThing", "iot:DeleteThing"]
      Resource = local.relay_things
    },
    {
      Sid       = "NoCertificateForTheRelay"
      Effect    = "Deny"
      Action    = ["iot:AttachThingPrincipal", "iot:DetachThingPrincipal"]
      Resource  = "${local.iot}:cert/*"
      Condition = { ArnLike = { "iot:thingArn" = local.relay_things } }
    },
  ]

  role_presence = [for queue in var.presence_over_queue ? [local.presence_queue] : [] : {
    Sid      = "PresenceQueue"
    Effect   = "Allow"
    Action   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
    Resource = queue
  }]

  relay_role = jsonencode({
    Version   = "2012-10-17"
    Statement = concat(local.role_data, local.role_provisioning, local.role_presence)
  })
}
