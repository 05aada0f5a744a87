/** More files than this do not fail by chance. */
const mostFiles = 5;

const leftOutStates = ['pending', 'todo', 'disabled'];

/** What Jest's report says, as every suite tells it. */
export function count({ testResults }) {
  const tests = testResults.flatMap((file) => file.assertionResults);
  const notRun = testResults.filter((file) => file.status === 'failed' && !file.assertionResults.some(hasFailed));
  return {
    passed: tests.filter(({ status }) => status === 'passed').length,
    // A file whose code could not be loaded, or whose clean-up failed, has no test that says so.
    failed: tests.filter(hasFailed).length + notRun.length,
    leftOut: tests.filter(({ status }) => leftOutStates.includes(status)).map(({ fullName }) => fullName),
  };
}

/** The files that get a second run: those with a failure, unless there are so many that it cannot be chance. */
export function filesToRunAgain({ testResults }) {
  const files = testResults.filter(({ status }) => status === 'failed').map(({ name }) => name);
  return files.length > mostFiles ? [] : files;
}

/**
 * The first report with the second run's word on the files that it ran.
 *
 * @returns {{ report: object, unsteady: string[] }} `unsteady`: what failed and then passed: tests, and files outside of them
 */
export function withSecondRun(first, second) {
  const again = new Map(second.testResults.map((file) => [file.name, file]));
  const unsteady = first.testResults.flatMap((file) => {
    const now = again.get(file.name);
    if (now === undefined) return [];
    const passed = new Set(now.assertionResults.filter(({ status }) => status === 'passed').map(titleOf));
    const failed = file.assertionResults.filter(hasFailed).map(titleOf);
    if (failed.length === 0) return now.status === 'passed' ? [file.name] : [];
    return failed.filter((title) => passed.has(title));
  });
  return { report: { testResults: first.testResults.map((file) => again.get(file.name) ?? file) }, unsteady };
}

const titleOf = ({ fullName }) => fullName;
const hasFailed = ({ status }) => status === 'failed';
