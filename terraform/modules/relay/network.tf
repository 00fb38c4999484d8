# Who may talk to whom; everything else is closed.
resource "aws_security_group" "api" {
  name        = "${var.name}-api"
  description = "CloudKick's API"
  vpc_id      = var.vpc_id

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_security_group" "tas" {
  name        = "${var.name}-tas"
  description = "CloudKick's TAS"
  vpc_id      = var.vpc_id

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_security_group" "tasks" {
  name        = "${var.name}-relay"
  description = "CloudKick's relay"
  vpc_id      = var.vpc_id

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "api_from_callers" {
  for_each = toset(var.api_cidr_blocks)

  security_group_id = aws_security_group.api.id
  description       = "HTTPS from tills' backends"
  cidr_ipv4         = each.value
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_vpc_security_group_ingress_rule" "tas_from_terminals" {
  for_each = toset(var.tas_cidr_blocks)

  security_group_id = aws_security_group.tas.id
  description       = "OPI from terminals"
  cidr_ipv4         = each.value
  ip_protocol       = "tcp"
  from_port         = var.tas_port
  to_port           = var.tas_port
}

locals {
  # From a load balancer to the tasks: both ways of the same rule.
  paths = {
    api        = { from = aws_security_group.api.id, port = local.api_port, what = "API" }
    tas        = { from = aws_security_group.tas.id, port = local.tas_port, what = "TAS" }
    tas_health = { from = aws_security_group.tas.id, port = local.api_port, what = "health for the TAS" }
  }
}

resource "aws_vpc_security_group_egress_rule" "to_tasks" {
  for_each = local.paths

  security_group_id            = each.value.from
  referenced_security_group_id = aws_security_group.tasks.id
  description                  = each.value.what
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
}

resource "aws_vpc_security_group_ingress_rule" "tasks_from_load_balancers" {
  for_each = local.paths

  security_group_id            = aws_security_group.tasks.id
  referenced_security_group_id = each.value.from
  description                  = each.value.what
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
}

resource "aws_vpc_security_group_egress_rule" "tasks_to_database" {
  security_group_id            = aws_security_group.tasks.id
  referenced_security_group_id = var.database_security_group_id
  description                  = "PostgreSQL"
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
}

resource "aws_vpc_security_group_egress_rule" "tasks_to_aws" {
  security_group_id = aws_security_group.tasks.id
  description       = "AWS IoT Core and AWS's APIs, all on 443"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}
