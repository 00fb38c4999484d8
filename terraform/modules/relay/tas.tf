# The TAS: terminals' sessions are plain TCP (or TLS that ends here), long and quiet, so they go through a network load balancer.
resource "aws_lb" "tas" {
  name                             = "${var.name}-tas"
  load_balancer_type               = "network"
  internal                         = false
  subnets                          = var.public_subnet_ids
  security_groups                  = [aws_security_group.tas.id]
  enable_cross_zone_load_balancing = true
  enable_deletion_protection       = var.deletion_protection
}

resource "aws_lb_target_group" "tas" {
  name                 = "${var.name}-tas"
  target_type          = "ip"
  protocol             = "TCP"
  port                 = local.tas_port
  vpc_id               = var.vpc_id
  deregistration_delay = local.deregistration_seconds

  # Whether a node may be given sessions is said by its API, not by an open port.
  health_check {
    protocol            = "HTTP"
    port                = tostring(local.api_port)
    path                = "/health/ready"
    interval            = local.health_interval_seconds
    healthy_threshold   = 2
    unhealthy_threshold = local.health_unhealthy_checks
  }
}

resource "aws_lb_listener" "tas" {
  load_balancer_arn = aws_lb.tas.arn
  protocol          = var.tas_certificate_arn == null ? "TCP" : "TLS"
  port              = var.tas_port
  certificate_arn   = var.tas_certificate_arn
  ssl_policy        = var.tas_certificate_arn == null ? null : "ELBSecurityPolicy-TLS13-1-2-2021-06"

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.tas.arn
  }
}
