import Glibc
import SystemPackage

/// The system calls of the launcher and of the host.
package enum SystemCalls {
    /// A child that has ended and was reaped.
    struct EndedChild {
        let id: Int32
        /// The exit code, or 128 plus the number of the signal that ended the child, as in a shell.
        let status: Int32
        /// The processor time of the child and of the children that it waited for.
        let processorTime: Duration
    }

    /// The result of `reap`.
    enum Reaped {
        case child(EndedChild)
        /// No child has ended.
        case nothing
        /// This process has no children.
        case noChildren
    }

    /// The signals that the launcher forwards to the program.
    static let forwarded = [SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2]

    /// Blocks the signals of the launcher, and returns a descriptor that is readable while one of them is pending.
    ///
    /// Signals are read in the main loop then, so no code runs in a signal handler.
    static func receiveSignals() throws(Errno) -> FileDescriptor {
        // Swift's Glibc module does not import signalfd(2), so the function is looked up by name.
        typealias SignalDescriptor = @convention(c) (Int32, UnsafePointer<sigset_t>, Int32) -> Int32
        guard let symbol = unsafe dlsym(nil, "signalfd") else { throw .noFunction }
        let signalDescriptor = unsafe unsafeBitCast(symbol, to: SignalDescriptor.self)
        var signals = handled
        unsafe sigprocmask(SIG_BLOCK, &signals, nil)
        let descriptor = unsafe signalDescriptor(-1, &signals, Int32(O_CLOEXEC | O_NONBLOCK))
        guard descriptor >= 0 else { throw Errno(rawValue: errno) }
        return FileDescriptor(rawValue: descriptor)
    }

    /// Removes and returns the next pending signal, or returns `nil` when none becomes pending within the time.
    static func nextSignal(within milliseconds: Int = 0) -> Int32? {
        var signals = handled
        var time = timespec(tv_sec: milliseconds / 1_000, tv_nsec: milliseconds % 1_000 * 1_000_000)
        let signal = unsafe sigtimedwait(&signals, nil, &time)
        return signal > 0 ? signal : nil
    }

    /// Waits until a signal is pending, the other end of the control socket is closed, or the time is over.
    ///
    /// - Parameters:
    ///   - signals: The descriptor of pending signals.
    ///   - control: The control socket; `nil` for none.
    ///   - milliseconds: The maximum time; `nil` for no limit.
    /// - Returns: Whether the control socket is closed.
    static func wait(for signals: FileDescriptor, control: FileDescriptor?, milliseconds: Int32?) -> Bool {
        // poll(2) ignores negative descriptors, and reports POLLHUP and POLLERR even when no event is requested.
        var entries = [
            pollfd(fd: signals.rawValue, events: Int16(POLLIN), revents: 0),
            pollfd(fd: control?.rawValue ?? -1, events: 0, revents: 0),
        ]
        _ = unsafe poll(&entries, 2, milliseconds ?? -1)
        return entries[1].revents != 0
    }

    /// Starts a program in a process group of its own, with default signals and descriptors 0 to 2.
    ///
    /// - Parameters:
    ///   - path: The file to start; `nil` for the first remaining argument, which is looked up in `PATH`.
    ///   - count: The number of arguments of this process, from the first on, that are not passed to the program.
    ///   - channel: The descriptor that replaces the first descriptors of the program.
    ///   - channelDescriptors: The number of descriptors that it replaces.
    /// - Returns: The identifier of the process and of its process group.
    /// - Throws: The error of posix_spawn(3).
    static func spawn(
        _ path: String?,
        skippingArguments count: Int,
        channel: FileDescriptor = .standardInput,
        channelDescriptors: Int = 0
    ) throws(Errno) -> Int32 {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        for descriptor in 0..<Int32(channelDescriptors) {
            unsafe posix_spawn_file_actions_adddup2(&actions, channel.rawValue, descriptor)
        }
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        // The launcher blocks its signals, and the program would inherit that and ignored signals.
        var (none, all) = (sigset_t(), sigset_t())
        unsafe sigemptyset(&none)
        unsafe sigfillset(&all)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setsigdefault(&attributes, &all)
        unsafe posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK
        unsafe posix_spawnattr_setflags(&attributes, Int16(flags))
        // The raw arguments are passed on, as `CommandLine.arguments` would repair invalid UTF-8.
        let arguments = unsafe CommandLine.unsafeArgv + count
        var id: pid_t = 0
        guard let name = unsafe arguments[0] else { throw .invalidArgument }
        let error =
            if let path {
                unsafe posix_spawn(&id, path, &actions, &attributes, arguments, environ)
            } else {
                unsafe posix_spawnp(&id, name, &actions, &attributes, arguments, environ)
            }
        guard error == 0 else { throw Errno(rawValue: error) }
        return id
    }

    /// Reaps a child that has ended, without waiting for one.
    static func reap() -> Reaped {
        var status: Int32 = 0
        var usage = rusage()
        let id = unsafe wait4(-1, &status, WNOHANG, &usage)
        guard id > 0 else { return id == 0 ? .nothing : .noChildren }
        // WTERMSIG and WEXITSTATUS of <sys/wait.h>, which are macros that Swift does not import.
        let signal = status & 0x7f
        return .child(
            EndedChild(
                id: id,
                status: signal == 0 ? status >> 8 & 0xff : 128 + signal,
                processorTime: duration(usage.ru_utime) + duration(usage.ru_stime)
            )
        )
    }

    /// Returns whether a child has ended, without reaping it.
    static func hasEnded(_ child: Int32) -> Bool {
        var info = unsafe siginfo_t()
        let result = unsafe waitid(P_PID, id_t(child), &info, WEXITED | WNOHANG | WNOWAIT)
        // An error means that the child has already been reaped.
        return unsafe result < 0 || info.si_signo == SIGCHLD
    }

    /// Makes this process the parent of its orphaned descendants, so that it can find all of them.
    static func adoptOrphans() -> Bool { control(childSubreaper, 1) }

    /// Requests a signal to this process when its parent ends.
    static func requestSignal(_ signal: Int32) -> Bool { control(parentDeathSignal, UInt(signal)) }

    static func setEnvironment(_ name: String, to value: String?) {
        if let value { unsafe setenv(name, value, 1) } else { unsafe unsetenv(name) }
    }

    static func environment(_ name: String) -> String? { unsafe getenv(name).map { unsafe String(cString: $0) } }

    /// Returns the target of a symbolic link.
    static func target(of link: String) throws(Errno) -> String {
        var buffer = [CChar](repeating: 0, count: 4_096)
        let count = unsafe readlink(link, &buffer, buffer.count)
        guard count >= 0 else { throw Errno(rawValue: errno) }
        return String(decoding: buffer.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Returns whether a path is that of a directory, or `nil` when there is no accessible file.
    static func isFolder(_ path: String) -> Bool? {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        return status.st_mode & S_IFMT == S_IFDIR
    }

    static func isExecutable(_ path: String) -> Bool { unsafe access(path, X_OK) == 0 }

    /// Returns the text of a file of the kernel, at most 64 KiB, or `nil` when it cannot be read.
    static func text(of path: String) -> String? {
        guard let file = try? unsafe FileDescriptor.open(path, .readOnly, options: .closeOnExec) else { return nil }
        // Files in `/proc` have no size, so they are read until the end.
        var buffer = [UInt8](repeating: 0, count: 65_536)
        var count = 0
        let result = Result {
            try file.closeAfter {
                while count < buffer.count {
                    let read = try unsafe buffer.withUnsafeMutableBytes { bytes in
                        try unsafe file.read(into: UnsafeMutableRawBufferPointer(rebasing: bytes[count...]))
                    }
                    guard read > 0 else { break }
                    count += read
                }
            }
        }
        guard case .success = result else { return nil }
        return String(decoding: buffer.prefix(count), as: UTF8.self)
    }

    /// The hard limit on the number of open files of this process.
    static var maximumOpenFiles: Int {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return .max }
        return Int(clamping: limit.rlim_max)
    }

    private static var handled: sigset_t {
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        for signal in forwarded + [SIGCHLD] { unsafe sigaddset(&signals, signal) }
        return signals
    }

    // PR_SET_PDEATHSIG and PR_SET_CHILD_SUBREAPER of <linux/prctl.h>.
    private static let parentDeathSignal: Int32 = 1
    private static let childSubreaper: Int32 = 36

    /// Calls prctl(2), which Swift does not import because it is variadic.
    private static func control(_ option: Int32, _ value: UInt) -> Bool {
        // The kernel reads five integer arguments, which variadic and ordinary functions receive in the same registers.
        typealias Control = @convention(c) (Int32, UInt, UInt, UInt, UInt) -> Int32
        guard let symbol = unsafe dlsym(nil, "prctl") else { return false }
        return unsafe unsafeBitCast(symbol, to: Control.self)(option, value, 0, 0, 0) == 0
    }

    private static func duration(_ time: timeval) -> Duration {
        .seconds(time.tv_sec) + .microseconds(time.tv_usec)
    }
}
