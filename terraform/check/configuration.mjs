// What the provider itself checks of a configuration, beyond the schema, as far as it matters here.

// From AWS's API reference and the provider's documentation.
const ONE_OF = {
  aws_iot_provisioning_template: { type: ['FLEET_PROVISIONING', 'JITP'] },
  aws_iot_ca_certificate: { certificate_mode: ['DEFAULT', 'SNI_ONLY'] },
  aws_iot_logging_options: { default_log_level: ['DEBUG', 'INFO', 'ERROR', 'WARN', 'DISABLED'] },
  aws_lb_target_group: { target_type: ['instance', 'ip', 'lambda', 'alb'], protocol: ['HTTP', 'HTTPS', 'TCP', 'TLS', 'UDP', 'TCP_UDP', 'GENEVE', 'QUIC', 'TCP_QUIC'] },
  aws_lb_listener: { protocol: ['HTTP', 'HTTPS', 'TCP', 'TLS', 'UDP', 'TCP_UDP', 'GENEVE', 'QUIC', 'TCP_QUIC'] },
  aws_ecs_service: { launch_type: ['EC2', 'FARGATE', 'EXTERNAL'], propagate_tags: ['SERVICE', 'TASK_DEFINITION', 'NONE'] },
  aws_cloudwatch_metric_alarm: {
    comparison_operator: ['GreaterThanOrEqualToThreshold', 'GreaterThanThreshold', 'LessThanThreshold', 'LessThanOrEqualToThreshold', 'LessThanLowerOrGreaterThanUpperThreshold', 'LessThanLowerThreshold', 'GreaterThanUpperThreshold'],
    treat_missing_data: ['breaching', 'notBreaching', 'ignore', 'missing'],
    statistic: ['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum'],
  },
};

const PATTERN = {
  aws_iot_topic_rule: { name: [/^[A-Za-z0-9_]{1,128}$/, "letters, digits and '_'"] },
  aws_iot_provisioning_template: { name: [/^[0-9A-Za-z_-]{1,36}$/, "at most 36 letters, digits, '_' and '-'"] },
  aws_lb: { name: [/^(?!internal-)[0-9A-Za-z]([0-9A-Za-z-]{0,30}[0-9A-Za-z])?$/, "at most 32 letters, digits and '-'"] },
  aws_lb_target_group: { name: [/^[0-9A-Za-z]([0-9A-Za-z-]{0,30}[0-9A-Za-z])?$/, "at most 32 letters, digits and '-'"] },
};

// Arguments that hold JSON, but where another resource calls a policy's name so.
const JSON_TEXT = ['policy', 'assume_role_policy', 'template_body', 'container_definitions', 'redrive_policy', 'redrive_allow_policy'];

/** The faults of a configuration: { summary, detail } each. A value that is not known yet is not judged. */
export function configurationFaults(type, block, value) {
  return [
    ...computedOnly(block, value, '').map(name => ({
      summary: 'Value for unconfigurable attribute',
      detail: `Can't configure a value for "${name}": its value will be decided automatically based on the result of applying this configuration.`,
    })),
    ...Object.entries(ONE_OF[type] ?? {}).filter(([name, allowed]) => typeof value[name] === 'string' && !allowed.includes(value[name]))
      .map(([name, allowed]) => ({ summary: `expected ${name} to be one of ${allowed.join(', ')}`, detail: `got ${value[name]}` })),
    ...Object.entries(PATTERN[type] ?? {}).filter(([name, [pattern]]) => typeof value[name] === 'string' && !pattern.test(value[name]))
      .map(([name, [, words]]) => ({ summary: `invalid value for ${name}`, detail: `${value[name]}: ${words}` })),
    ...JSON_TEXT.filter(name => type !== 'aws_iot_policy_attachment' && typeof value[name] === 'string' && !isJson(value[name]))
      .map(name => ({ summary: `"${name}" contains an invalid JSON`, detail: 'It cannot be parsed.' })),
  ];
}

function computedOnly(block, value, prefix) {
  const here = Object.entries(block.attributes)
    .filter(([name, { computed, optional }]) => computed && !optional && value?.[name] !== null && value?.[name] !== undefined)
    .map(([name]) => prefix + name);
  const inside = Object.entries(block.block_types).flatMap(([name, { block: inner, nesting_mode: mode }]) => {
    const blocks = value?.[name] ?? [];
    const each = mode === 'single' ? [blocks] : Object.values(blocks);
    return each.filter(one => one !== null && typeof one === 'object' && !ArrayBuffer.isView(one)).flatMap(one => computedOnly(inner, one, `${prefix}${name}.`));
  });
  return [...here, ...inside];
}

function isJson(text) {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
