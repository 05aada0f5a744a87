/**
 * Preloaded into the server by `tools/start.mjs`: when the process that started it is gone, however it ended, the server
 * drains and ends as on SIGTERM instead of holding its port unseen.
 */
process.stdin.once('end', () => process.kill(process.pid, 'SIGTERM'));
process.stdin.on('error', () => undefined);
process.stdin.resume();
process.stdin.unref();
// The same end closes the readers of these; a log line to nobody must not cut the draining short.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);
