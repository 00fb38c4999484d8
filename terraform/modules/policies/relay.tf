# The relay's certificate: any number of nodes, each with client ids of its own; kicks to every terminal, their answers, presence.
locals {
  answers         = concat([for topic in var.subscription_topics : "${topic}/+/ack"], [for topic in local.shared_topics : "${topic}/ack"])
  presence_events = var.presence_over_mqtt ? ["$aws/events/presence/connected", "$aws/events/presence/disconnected"] : []
  kicks           = concat([for topic in var.subscription_topics : "${topic}/*"], local.shared_topics)

  relay_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = "iot:Connect"
        Resource = "${local.client}/${var.client_id_prefix}-*"
        # The presence connection's session outlives a short gap.
        Condition = { "ForAllValues:StringEquals" = { "iot:ConnectAttributes" = ["PersistentConnect"] } }
      },
      {
        Effect   = "Allow"
        Action   = "iot:Publish"
        Resource = [for kick in local.kicks : "${local.topic}/${kick}"]
      },
      {
        # "+" is a plain character here: exactly these filters, and no others.
        Effect = "Allow"
        Action = "iot:Subscribe"
        Resource = concat(
          [for answer in local.answers : "${local.filter}/$share/cloudkick/${answer}"],
        [for event in local.presence_events : "${local.filter}/${event}/+"])
      },
      {
        # AWS's own samples of shared subscriptions allow both forms of the topic.
        Effect = "Allow"
        Action = "iot:Receive"
        Resource = concat(
          ["${local.topic}/$share/cloudkick/*"],
          [for answer in local.answers : "${local.topic}/${replace(answer, "+", "*")}"],
        [for event in local.presence_events : "${local.topic}/${event}/*"])
      },
      {
        # Direct messages and the question who is connected, over HTTPS with the certificate.
        Effect    = "Allow"
        Action    = "iot:SendDirectMessage"
        Resource  = "${local.client}/*"
        Condition = { StringLike = { "iot:Topic" = local.kicks } }
      },
      {
        Effect   = "Allow"
        Action   = "iot:GetConnection"
        Resource = "${local.client}/*"
      },
    ]
  })
}
