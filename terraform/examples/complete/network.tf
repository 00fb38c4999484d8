# Two availability zones; nodes and database are in private subnets, with a way out in each zone.
data "aws_availability_zones" "this" {
  state = "available"
}

locals {
  zones = slice(data.aws_availability_zones.this.names, 0, 2)
  cidr  = "10.40.0.0/16"
}

resource "aws_vpc" "this" {
  cidr_block           = local.cidr
  enable_dns_hostnames = true
}

resource "aws_internet_gateway" "this" {
  vpc_id = aws_vpc.this.id
}

resource "aws_subnet" "public" {
  count = length(local.zones)

  vpc_id            = aws_vpc.this.id
  availability_zone = local.zones[count.index]
  cidr_block        = cidrsubnet(local.cidr, 8, count.index)
}

resource "aws_subnet" "private" {
  count = length(local.zones)

  vpc_id            = aws_vpc.this.id
  availability_zone = local.zones[count.index]
  cidr_block        = cidrsubnet(local.cidr, 8, 100 + count.index)
}

resource "aws_eip" "nat" {
  count = length(local.zones)

  domain     = "vpc"
  depends_on = [aws_internet_gateway.this]
}

resource "aws_nat_gateway" "this" {
  count = length(local.zones)

  subnet_id     = aws_subnet.public[count.index].id
  allocation_id = aws_eip.nat[count.index].id
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.this.id
}

resource "aws_route" "public" {
  route_table_id         = aws_route_table.public.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.this.id
}

resource "aws_route_table_association" "public" {
  count = length(local.zones)

  subnet_id      = aws_subnet.public[count.index].id
  route_table_id = aws_route_table.public.id
}

resource "aws_route_table" "private" {
  count = length(local.zones)

  vpc_id = aws_vpc.this.id
}

resource "aws_route" "private" {
  count = length(local.zones)

  route_table_id         = aws_route_table.private[count.index].id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.this[count.index].id
}

resource "aws_route_table_association" "private" {
  count = length(local.zones)

  subnet_id      = aws_subnet.private[count.index].id
  route_table_id = aws_route_table.private[count.index].id
}

# Operators' machine, for migrations and roles: an instance with Session Manager, started when needed, goes in this group.
resource "aws_security_group" "operators" {
  name        = "cloudkick-operators"
  description = "Machines from which operators reach the database"
  vpc_id      = aws_vpc.this.id
}

resource "aws_vpc_security_group_egress_rule" "operators" {
  security_group_id = aws_security_group.operators.id
  description       = "Session Manager, packages, the database"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "-1"
}
