// Serves the committed schema to Terraform: `node schema-server.mjs terraform validate` runs one command with it. Without a command,
// prints the value for TF_REATTACH_PROVIDERS on one line and serves until its standard input ends.
import path from 'node:path';
import { spawn } from 'node:child_process';
import { serve } from './provider.mjs';
import { environment, temporaryFolder } from './terraform.mjs';

const scratch = temporaryFolder('schema');
const { reattach, stop } = await serve(path.join(scratch, 'provider.sock'));
const [command, ...commandLine] = process.argv.slice(2);

if (command) {
  const run = spawn(command, commandLine, { stdio: 'inherit', env: { ...environment(scratch), TF_REATTACH_PROVIDERS: reattach } });
  run.on('exit', (code, signal) => { process.exitCode = signal ? 1 : code; stop(); });
  run.on('error', error => { console.error(error.message); process.exitCode = 1; stop(); });
} else {
  console.log(reattach);
  process.stdin.resume().on('end', stop);
}
