/** Whoever read the output is gone: the pipe's other end has closed (`| head -1`), or the terminal has. */
const isBrokenPipe = (error: NodeJS.ErrnoException): boolean =>
  error.code === "EPIPE" || error.code === "EIO";

/**
 * Lets the process go on when nobody reads its output any more, which would end Node with a stack. That it ends
 * quietly, as other programs do of SIGPIPE, was refused: it would stop a server, and a command half-way.
 * @param onFault Called with everything else that prevents writing, such as a full disk.
 */
export const ignoreBrokenPipe = (
  output: NodeJS.EventEmitter,
  onFault: (error: NodeJS.ErrnoException) => void,
): void => {
  output.on("error", (error: NodeJS.ErrnoException) => {
    if (!isBrokenPipe(error)) onFault(error);
  });
};
