/** Whether the output's reader is gone: the pipe's other end (`| head -1`) or the terminal was closed. */
const isBrokenPipe = (error: NodeJS.ErrnoException): boolean =>
  error.code === "EPIPE" || error.code === "EIO";

/**
 * Ignores a broken pipe, an error that would otherwise end Node with a stack. The process does not end quietly as by
 * SIGPIPE either, which would stop a server, or a command half-way.
 * @param onFault Called with every other error of writing, such as a full disk.
 */
export const ignoreBrokenPipe = (
  output: NodeJS.EventEmitter,
  onFault: (error: NodeJS.ErrnoException) => void,
): void => {
  output.on("error", (error: NodeJS.ErrnoException) => {
    if (!isBrokenPipe(error)) onFault(error);
  });
};
