output "cloudkick" {
  description = "All outputs of the root module."
  value       = module.cloudkick
}
