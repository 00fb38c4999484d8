# One per account and region, so gated: a second deployment in the same account would fight over them.
resource "aws_iam_role" "logging" {
  count = var.manage_account_settings ? 1 : 0

  name               = "${var.names.relay_policy}-iot-logging"
  assume_role_policy = var.documents.iot_trust
}

resource "aws_iam_role_policy" "logging" {
  count = length(aws_iam_role.logging)

  name   = "write-log"
  role   = aws_iam_role.logging[0].id
  policy = var.documents.logging_role
}

resource "aws_iot_logging_options" "account" {
  count = var.manage_account_settings ? 1 : 0

  default_log_level = var.log_level
  disable_all_logs  = var.log_level == "DISABLED"
  role_arn          = aws_iam_role.logging[0].arn

  depends_on = [aws_iam_role_policy.logging]
}

# GetThingConnectivityData and the console's search by connection read this index.
resource "aws_iot_indexing_configuration" "account" {
  count = var.manage_account_settings ? 1 : 0

  thing_indexing_configuration {
    thing_indexing_mode              = "REGISTRY"
    thing_connectivity_indexing_mode = "STATUS"
  }
}
