locals {
  iot    = "arn:${var.partition}:iot:${var.region}:${var.account_id}"
  client = "${local.iot}:client"
  topic  = "${local.iot}:topic"
  filter = "${local.iot}:topicfilter"

  # AWS puts the name of the thing in here whose certificate is connected, when its client id is that name.
  # In HCL "$${" is a literal "${"; a "$" before anything else, as in "$aws/…", is one already.
  thing = "$${iot:Connection.Thing.ThingName}"

  # Listing none asks for nothing: a topic of all terminals is there only where it is allowed.
  shared_topics = var.shared_topics_allowed ? var.subscription_topics : []
}
