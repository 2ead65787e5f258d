import Glibc
import SystemPackage

/// The system calls of the launcher and of what starts it.
package enum SystemCalls {
    /// A child that has ended and is reaped.
    struct EndedChild {
        let id: Int32
        /// The exit code, or 128 and the number of the signal that ended it, as a shell reports it.
        let status: Int32
        /// The processor time of the child and of the children that it waited for.
        let processorTime: Duration
    }

    /// What a call of `reap` found.
    enum Reaped {
        case child(EndedChild)
        /// All children are alive.
        case nothing
        case noChildren
    }

    /// The signals that the launcher forwards, and the one that reports the end of a child.
    static let forwarded = [SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2]

    /// Blocks the signals of the launcher and makes a descriptor that is readable while one of them is pending.
    static func receiveSignals() throws(Errno) -> FileDescriptor {
        // Swift's Glibc module has no signalfd(2); it is a plain function of the C library.
        typealias SignalDescriptor = @convention(c) (Int32, UnsafePointer<sigset_t>, Int32) -> Int32
        guard let symbol = unsafe dlsym(nil, "signalfd") else { throw .noFunction }
        let signalDescriptor = unsafe unsafeBitCast(symbol, to: SignalDescriptor.self)
        var signals = handled
        unsafe sigprocmask(SIG_BLOCK, &signals, nil)
        let descriptor = unsafe signalDescriptor(-1, &signals, Int32(O_CLOEXEC | O_NONBLOCK))
        guard descriptor >= 0 else { throw Errno(rawValue: errno) }
        return FileDescriptor(rawValue: descriptor)
    }

    /// The next pending signal of the launcher, which is pending no more; `nil` when there is none within the time.
    static func nextSignal(within milliseconds: Int = 0) -> Int32? {
        var signals = handled
        var time = timespec(tv_sec: milliseconds / 1_000, tv_nsec: milliseconds % 1_000 * 1_000_000)
        let signal = unsafe sigtimedwait(&signals, nil, &time)
        return signal > 0 ? signal : nil
    }

    /// Waits until signals are pending or the other end of the control socket is closed, and reads nothing.
    ///
    /// - Returns: Whether the control socket has ended.
    static func wait(for signals: FileDescriptor, control: FileDescriptor?, milliseconds: Int32?) -> Bool {
        // A negative descriptor is ignored. No event is asked for: the end of both directions is always reported.
        var entries = [
            pollfd(fd: signals.rawValue, events: Int16(POLLIN), revents: 0),
            pollfd(fd: control?.rawValue ?? -1, events: 0, revents: 0),
        ]
        _ = unsafe poll(&entries, 2, milliseconds ?? -1)
        return entries[1].revents != 0
    }

    /// Starts a program in a process group of its own, with default signals, and with descriptors 0 to 2.
    ///
    /// - Parameters:
    ///   - path: The file to start; `nil` for the first argument, which is looked for in `PATH`.
    ///   - count: How many arguments of this process are not passed on.
    ///   - channel: What the program gets in place of the first descriptors of this process.
    ///   - channelDescriptors: How many it does.
    /// - Returns: The number of the process, and of its group.
    /// - Throws: Why the program cannot be run.
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
        var (none, all) = (sigset_t(), sigset_t())
        unsafe sigemptyset(&none)
        unsafe sigfillset(&all)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setsigdefault(&attributes, &all)
        unsafe posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK
        unsafe posix_spawnattr_setflags(&attributes, Int16(flags))
        // The arguments of this process are passed on as they are: they need not be valid UTF-8.
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

    /// Reaps one child that has ended, without waiting.
    static func reap() -> Reaped {
        var status: Int32 = 0
        var usage = rusage()
        let id = unsafe wait4(-1, &status, WNOHANG, &usage)
        guard id > 0 else { return id == 0 ? .nothing : .noChildren }
        let signal = status & 0x7f
        return .child(
            EndedChild(
                id: id,
                status: signal == 0 ? status >> 8 & 0xff : 128 + signal,
                processorTime: duration(usage.ru_utime) + duration(usage.ru_stime)
            )
        )
    }

    /// Whether a child has ended; it is not reaped.
    static func hasEnded(_ child: Int32) -> Bool {
        var info = unsafe siginfo_t()
        let result = unsafe waitid(P_PID, id_t(child), &info, WEXITED | WNOHANG | WNOWAIT)
        return unsafe result < 0 || info.si_signo == SIGCHLD
    }

    /// Has orphans below this process become its children, so that it finds all of its descendants.
    static func adoptOrphans() -> Bool { control(childSubreaper, 1) }

    /// Has a signal sent to this process when its parent ends.
    static func requestSignal(_ signal: Int32) -> Bool { control(parentDeathSignal, UInt(signal)) }

    static func setEnvironment(_ name: String, to value: String?) {
        if let value { unsafe setenv(name, value, 1) } else { unsafe unsetenv(name) }
    }

    static func environment(_ name: String) -> String? { unsafe getenv(name).map { unsafe String(cString: $0) } }

    /// The target of a symbolic link.
    static func target(of link: String) throws(Errno) -> String {
        var buffer = [CChar](repeating: 0, count: 4_096)
        let count = unsafe readlink(link, &buffer, buffer.count)
        guard count >= 0 else { throw Errno(rawValue: errno) }
        return String(decoding: buffer.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Whether a path leads to a directory; `nil` when it leads to nothing that can be looked at.
    static func isFolder(_ path: String) -> Bool? {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        return status.st_mode & S_IFMT == S_IFDIR
    }

    static func isExecutable(_ path: String) -> Bool { unsafe access(path, X_OK) == 0 }

    /// The text of a file of the kernel, at most 64 KiB; `nil` when it cannot be read.
    static func text(of path: String) -> String? {
        guard let file = try? unsafe FileDescriptor.open(path, .readOnly, options: .closeOnExec) else { return nil }
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

    /// How many files this process may ask to have open.
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

    /// Calls prctl(2), which Swift does not import because its arguments vary.
    private static func control(_ option: Int32, _ value: UInt) -> Bool {
        typealias Control = @convention(c) (Int32, UInt, UInt, UInt, UInt) -> Int32
        guard let symbol = unsafe dlsym(nil, "prctl") else { return false }
        return unsafe unsafeBitCast(symbol, to: Control.self)(option, value, 0, 0, 0) == 0
    }

    private static func duration(_ time: timeval) -> Duration {
        .seconds(time.tv_sec) + .microseconds(time.tv_usec)
    }
}
