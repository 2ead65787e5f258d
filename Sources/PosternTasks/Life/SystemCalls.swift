// `stdout` is a variable of C that is never changed here.
@unsafe @preconcurrency import Glibc
import SystemPackage

/// The system calls of this module that SystemPackage does not have.
enum SystemCalls {
    /// The time of the system's clock.
    static var millisecondsSince1970: Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// Sends a signal to all processes of a group; one that has none is passed over.
    static func signal(_ number: Int32, toGroup group: Int32) {
        guard group > 1 else { return }
        _ = kill(-group, number)
    }

    /// Has a signal do nothing by itself.
    static func ignore(_ number: Int32) { _ = Glibc.signal(number, SIG_IGN) }

    /// The value of a variable of the environment; `nil` when it is not set.
    static func variable(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        return unsafe String(cString: value)
    }

    /// Takes a variable out of the environment; only where no other thread reads it.
    static func removeVariable(_ name: String) { unsafe unsetenv(name) }

    /// The file of this program, also where it was started by another name.
    static let executable: String? = {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = unsafe readlink("/proc/self/exe", &buffer, buffer.count)
        guard count > 0 else { return nil }
        return String(decoding: buffer.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
    }()

    /// Has standard output written line by line, as a parent reads it.
    static func writeOutputByLine() { unsafe setvbuf(stdout, nil, _IOLBF, 0) }

    /// Ends the process at once, without what else would be done at its end.
    static func exitAtOnce(_ code: Int32) -> Never { _exit(code) }
}
