// Holds the Kubernetes manifests together: `node manifests.mjs [FOLDER]` prints what does not fit. No cluster and no schema are asked.
import fs from 'node:fs';
import path from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { root } from './hcl.mjs';

const folder = path.resolve(process.argv[2] ?? path.join(root, 'kubernetes'));
const faults = [];
const kustomization = parse(fs.readFileSync(path.join(folder, 'kustomization.yaml'), 'utf8'));
const files = fs.readdirSync(folder).filter(file => file.endsWith('.yaml') && file !== 'kustomization.yaml');
const objects = files.flatMap(read);

expect(files.every(file => kustomization.resources.includes(file)), 'kustomization.yaml does not name every file');
for (const kind of ['Namespace', 'ServiceAccount', 'Deployment', 'Service', 'PodDisruptionBudget', 'HorizontalPodAutoscaler', 'NetworkPolicy']) {
  expect(objects.some(object => object.kind === kind), `there is no ${kind}`);
}

const [deployment] = objects.filter(object => object.kind === 'Deployment');
const pod = deployment.spec.template;
const [container] = pod.spec.containers;
const labels = pod.metadata.labels;

for (const { kind, metadata, spec } of objects) {
  const selector = { Deployment: spec?.selector?.matchLabels, Service: spec?.selector, PodDisruptionBudget: spec?.selector?.matchLabels, NetworkPolicy: spec?.podSelector?.matchLabels }[kind];
  if (selector) expect(Object.entries(selector).every(([name, value]) => labels[name] === value), `${kind} ${metadata.name} selects no pod of the relay`);
  for (const { targetPort } of kind === 'Service' ? spec.ports : []) {
    expect(container.ports.some(port => port.name === targetPort), `Service ${metadata.name} leads to a port ${targetPort} that there is not`);
  }
  if (kind === 'HorizontalPodAutoscaler') {
    expect(spec.scaleTargetRef.name === deployment.metadata.name, 'the autoscaler scales something else');
    expect(spec.minReplicas >= 2, 'one node alone does not survive its loss');
    expect(deployment.spec.replicas === undefined, 'the number of pods is set twice: here and by the autoscaler');
  }
}

expect(pod.spec.securityContext.runAsNonRoot === true, 'the relay may run as root');
expect(container.securityContext.readOnlyRootFilesystem === true, 'the root file system can be written to');
expect(container.securityContext.allowPrivilegeEscalation === false, 'privileges can be gained');
expect(container.securityContext.capabilities.drop.includes('ALL'), 'capabilities are left');
expect(container.livenessProbe.httpGet.path === '/health/live', 'liveness is not asked at /health/live: a database that is away would restart every node');
expect(container.readinessProbe.httpGet.path === '/health/ready', 'readiness is not asked at /health/ready');
expect(container.resources.requests.cpu && container.resources.limits.memory, 'the relay says not what it needs');
expect(kustomization.images.some(image => image.name === container.image), 'the image is not the one that kustomization.yaml names');
expect(container.env.every(variable => variable.valueFrom?.secretKeyRef), 'a setting is written into the deployment');
expect(kustomization.configMapGenerator.some(map => container.envFrom.some(from => from.configMapRef.name === map.name)), 'the settings are not handed on');

for (const fault of faults) console.error(fault);
process.exitCode = faults.length ? 1 : 0;

function read(file) {
  return parseAllDocuments(fs.readFileSync(path.join(folder, file), 'utf8'), { uniqueKeys: true }).map(document => {
    for (const error of document.errors) faults.push(`${file}: ${error.message}`);
    const object = document.toJS();
    expect(object?.apiVersion && object.kind && object.metadata?.name, `${file}: an object has no apiVersion, kind or name`);
    return object;
  });
}

function expect(holds, fault) {
  if (!holds) faults.push(fault);
}
