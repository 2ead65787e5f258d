extension CallError {
    /// The ends through which the error came, beginning with the one whose handler failed: the call path.
    ///
    /// An end that serves a call adds itself. Empty for errors of this end, and for those of a connection: a call that
    /// was refused before its method was looked for, or got no answer.
    public var hops: [Hop] {
        get { background?.hops ?? [] }
        set { background = Background(hops: newValue, origin: origin, unfinished: unfinished) }
    }

    /// What the handler threw; never leaves this process but as a trace.
    var origin: (any Error)? {
        get { background?.origin }
        set { background = Background(hops: hops, origin: newValue, unfinished: unfinished) }
    }

    /// The result that is still to be encoded, when that is all that went wrong.
    var unfinished: UnfinishedResult? {
        get { background?.unfinished }
        set { background = Background(hops: hops, origin: origin, unfinished: newValue) }
    }

    /// What only some errors have, behind one reference: the result of every call has room for an error.
    final class Background: Sendable {
        let hops: [Hop]
        let origin: (any Error)?
        let unfinished: UnfinishedResult?

        init(hops: [Hop], origin: (any Error)?, unfinished: UnfinishedResult?) {
            self.hops = hops
            self.origin = origin
            self.unfinished = unfinished
        }
    }
}
