"""Stop a web process without losing a request: gunicorn's own worker leaves some unanswered."""

from gunicorn.sock import BaseSocket
from gunicorn.workers.gthread import ThreadWorker


class DrainingWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """Answer who has reached us by the time of the signal, and refuse who comes later.

    Gunicorn stops accepting but keeps listening until its last answer is given: whoever connects
    meanwhile waits in the kernel's queue, and is cut off. Refused at once, a proxy knows that
    nothing was done, and may try again.
    """

    def set_accept_enabled(self, enabled: bool) -> None:  # noqa: FBT001 gunicorn calls it so
        """Take in the queue before the worker, told to end, lets go of the socket."""
        super().set_accept_enabled(enabled)
        if not self.alive:
            for listener in self.sockets:
                self._take_in(listener)

    def _take_in(self, listener: BaseSocket) -> None:
        """Accept all that wait, then close: the last worker to do so ends the listening."""
        taken = -1
        while taken != self.nr_conns:
            taken = self.nr_conns
            self.accept(listener)
        listener.close()
