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

  # Names that the documents need before anything is made. The modules make what is called so, and nothing else.
  names = {
    terminal_policy       = "${var.name}-terminal"
    relay_policy          = "${var.name}-relay"
    claim_policy          = "${var.name}-claim"
    thing_type            = "${var.name}-terminal"
    provisioning_template = "${var.name}-terminal"
    jitp_template         = "${var.name}-terminal-jitp"
    presence_queue        = "${var.name}-presence"
    presence_dead_letters = "${var.name}-presence-dead-letters"
    presence_rule         = "${replace(var.name, "-", "_")}_presence"
    repository            = "${var.name}-relay"
    log_group             = "/${var.name}/relay"
    database_secret       = "${var.name}/relay/database"
    key_secret            = "${var.name}/relay/certificate-key"
  }

  presence_queue        = "arn:${var.partition}:sqs:${var.region}:${var.account_id}:${local.names.presence_queue}"
  presence_dead_letters = "arn:${var.partition}:sqs:${var.region}:${var.account_id}:${local.names.presence_dead_letters}"
}
