// `stdout` is a variable of C that is never changed here.
@unsafe @preconcurrency import Glibc

/// Functions of the C library that act on the current process.
enum ThisProcess {
    /// The current time of the system clock, in milliseconds.
    static var millisecondsSince1970: Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// Sends a signal to all processes of a group.
    ///
    /// A group without processes is ignored.
    static func send(_ signal: Int32, toGroup group: Int32) {
        // kill(-1) signals every process of the user, and kill(0) the group of this process.
        guard group > 1 else { return }
        _ = kill(-group, signal)
    }

    /// Sets the disposition of a signal to ignore.
    static func ignore(_ signal: Int32) { _ = Glibc.signal(signal, SIG_IGN) }

    /// Sets standard output to line buffering.
    ///
    /// Output to a pipe is buffered in blocks by default, so that the parent would see lines late.
    static func writeOutputByLine() { unsafe setvbuf(stdout, nil, _IOLBF, 0) }

    /// Ends the process immediately, without running exit handlers or flushing buffers of C streams.
    static func exit(_ code: Int32) -> Never { _exit(code) }
}
