// What each kind of failure means, and what to do.

const texts = {
  UserCode: ['The job’s own code threw.', 'The message names the record, its file and its offset. Run the job with mr run on that file to see it locally.'],
  InputChanged: ['An input changed while the job ran.', 'Run it again on inputs that nobody writes to.'],
  BadInput: ['An input is missing or cannot be decoded.', 'See the file that the message names.'],
  TooManyBadRecords: ['More records are bad than may be.', 'Allow more with --skip-bad, or mend the input.'],
  Definition: ['The job contradicts itself.', 'The message says where in Define.'],
  NotDeterministic: ['The job defines itself in two ways.', 'Define may depend only on inputs and arguments, not on time or chance.'],
  OutOfMemory: ['An attempt needed more memory than it may have.', 'Keep less in memory, or allow more with --memory-limit.'],
  ExecutorExited: ['The process that ran the attempt ended.', 'See what it wrote last: exits, full stacks and native crashes are there.'],
  LeaseExpired: ['The node did not report in time.', 'It may be overloaded, or was cut off. See the node’s page.'],
  WorkerLost: ['The node is gone.', 'Its work was given to others. It does not count against the task.'],
  FetchFailed: ['A map output could not be fetched.', 'It is made again. It does not count against the task.'],
  DiskFull: ['A disk is full.', 'Make room on the node that is named.'],
  Storage: ['Files could not be read or written.', 'See the message and the node’s disk.'],
  CorruptData: ['Intermediate data was damaged.', 'It is made again. If it comes back on one node, look at its disk and memory.'],
  Publish: ['The output could not be published.', 'Something stands where it was to appear.'],
  TimedOut: ['An attempt made no progress for too long.', 'Look for an endless loop; if a record really takes that long, allow more with --timeout.'],
  TooManyThreads: ['The job’s code started too many threads.', 'Let it end the threads that it starts.'],
};

export const reasonMeaning = reason => texts[reason]?.[0] ?? 'An attempt failed.';

export const reasonAdvice = reason => texts[reason]?.[1] ?? '';
