// `stdout` is a variable of C that is never changed here.
@unsafe @preconcurrency import Glibc

/// What a parent or a child asks of the C library.
enum ThisProcess {
    /// The time of the system's clock.
    static var millisecondsSince1970: Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// Sends a signal to all processes of a group; one that has none is passed over.
    static func send(_ signal: Int32, toGroup group: Int32) {
        guard group > 1 else { return }
        _ = kill(-group, signal)
    }

    /// Has a signal do nothing by itself.
    static func ignore(_ signal: Int32) { _ = Glibc.signal(signal, SIG_IGN) }

    /// Has standard output written line by line, as a parent reads it.
    static func writeOutputByLine() { unsafe setvbuf(stdout, nil, _IOLBF, 0) }

    /// Ends the process at once, without what else would be done at its end.
    static func exit(_ code: Int32) -> Never { _exit(code) }
}
