# What terminals and relay are in AWS IoT Core. The fleet itself (things, their certificates) is data: `cloudkick terminal provision`.

# Without the type some accounts get the legacy host, which modern roots do not trust.
data "aws_iot_endpoint" "data" {
  endpoint_type = "iot:Data-ATS"
}

resource "aws_iot_thing_type" "terminal" {
  name = var.names.thing_type

  properties {
    description = "Payment terminals that CloudKick kicks"
  }
}

resource "aws_iot_policy" "terminal" {
  name   = var.names.terminal_policy
  policy = var.documents.device_policy

  # Every terminal's certificate has it; AWS refuses to delete it while one does.
  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_iot_policy" "relay" {
  name   = var.names.relay_policy
  policy = var.documents.relay_policy
}

# With a CSR, AWS signs and never sees the key; without one it would make a key, and the state would hold it.
resource "aws_iot_certificate" "relay" {
  count = var.relay_certificate_signing_request == null ? 0 : 1

  csr    = var.relay_certificate_signing_request
  active = true

  # A new CSR: the new certificate is there, with its policy, before the old one goes.
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_iot_policy_attachment" "relay" {
  count = length(aws_iot_certificate.relay)

  policy = aws_iot_policy.relay.name
  target = aws_iot_certificate.relay[count.index].arn

  lifecycle {
    create_before_destroy = true
  }
}
