# A terminal connects as itself, hears its own kicks and answers them; nothing else.
locals {
  device_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = "iot:Connect"
        Resource = "${local.client}/${local.thing}"
        Condition = {
          Bool                        = { "iot:Connection.Thing.IsAttached" = "true" }
          "ForAllValues:StringEquals" = { "iot:ConnectAttributes" = var.terminal_connect_attributes }
        }
      },
      {
        Effect   = "Allow"
        Action   = "iot:Subscribe"
        Resource = concat([for topic in var.subscription_topics : "${local.filter}/${topic}/${local.thing}"], [for topic in local.shared_topics : "${local.filter}/${topic}"])
      },
      {
        Effect   = "Allow"
        Action   = "iot:Receive"
        Resource = concat([for topic in var.subscription_topics : "${local.topic}/${topic}/${local.thing}"], [for topic in local.shared_topics : "${local.topic}/${topic}"])
      },
      {
        Effect   = "Allow"
        Action   = "iot:Publish"
        Resource = concat([for topic in var.subscription_topics : "${local.topic}/${topic}/${local.thing}/ack"], [for topic in local.shared_topics : "${local.topic}/${topic}/ack"])
      },
    ]
  })
}
