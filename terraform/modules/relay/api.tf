# The API: HTTPS ends at an application load balancer.
resource "aws_lb" "api" {
  name                       = "${var.name}-api"
  load_balancer_type         = "application"
  internal                   = false
  subnets                    = var.public_subnet_ids
  security_groups            = [aws_security_group.api.id]
  idle_timeout               = local.alb_idle_timeout_seconds
  drop_invalid_header_fields = true
  enable_deletion_protection = var.deletion_protection
}

resource "aws_lb_target_group" "api" {
  name                 = "${var.name}-api"
  target_type          = "ip"
  protocol             = "HTTP"
  port                 = local.api_port
  vpc_id               = var.vpc_id
  deregistration_delay = local.deregistration_seconds

  health_check {
    path                = "/health/ready"
    matcher             = "200"
    interval            = local.health_interval_seconds
    timeout             = local.health_interval_seconds - 1
    healthy_threshold   = 2
    unhealthy_threshold = local.health_unhealthy_checks
  }
}

resource "aws_lb_listener" "api" {
  load_balancer_arn = aws_lb.api.arn
  protocol          = "HTTPS"
  port              = 443
  certificate_arn   = var.api_certificate_arn
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.api.arn
  }
}
