// Runs Terraform so that it leaves nothing in the tree, reads nobody's configuration and calls nobody.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const TIMEOUT_MS = 60_000;

/** A folder that is gone when the process ends. */
export function temporaryFolder(name) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), `cloudkick-${name}-`));
  process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** What Terraform finds in its environment when it works in `scratch`. */
export function environment(scratch) {
  const configuration = path.join(scratch, 'terraform.rc');
  fs.writeFileSync(configuration, 'disable_checkpoint = true\n');
  return { ...process.env, TF_CLI_CONFIG_FILE: configuration, TF_DATA_DIR: path.join(scratch, 'data'), TF_IN_AUTOMATION: '1', CHECKPOINT_DISABLE: '1' };
}

/** Runs `terraform` in a folder; returns its standard output, throws what it said when it fails. */
export function terraform(folder, scratch, commandLine) {
  try {
    return execFileSync('terraform', [`-chdir=${folder}`, ...commandLine, ...(commandLine[0] === 'output' ? [] : ['-no-color'])],
      { env: environment(scratch), encoding: 'utf8', timeout: TIMEOUT_MS, stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    throw new Error(`terraform ${commandLine[0]} failed:\n${error.stdout ?? ''}${error.stderr ?? ''}`, { cause: error });
  }
}
