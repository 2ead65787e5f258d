public import ArgumentParser
import Postern
public import PosternNIO

/// The options for the files of Unix sockets, which determine the users that may connect.
package struct SocketFileArguments: ParsableArguments {
    /// The permissions of the file.
    @Option(help: "The mode of the file of each unix: address, in octal digits as 0660; else the umask decides.")
    package var socketMode: SocketMode?

    /// The group of the file.
    @Option(help: "The group of the socket file, by name or number; its mode is then 0660 unless one is given.")
    package var socketGroup: SocketFileOptions.Group?

    /// Creates the default values.
    package init() {}

    /// Throws a `ValidationError` when the system does not have the group.
    package func validate() throws {
        guard let group = options.group else { return }
        do throws(CallError) { _ = try group.number } catch {
            throw ValidationError("\(Setting.named("socket-group", group)): \(error.message)")
        }
    }

    /// The mode and the group from the command line or the environment.
    package var options: SocketFileOptions {
        let mode = socketMode ?? Setting.optional("socket-mode")
        return SocketFileOptions(mode: mode?.rawValue, group: socketGroup ?? Setting.optional("socket-group"))
    }
}

/// The permissions of a file, written with up to four octal digits.
package struct SocketMode: Hashable, Sendable, LosslessStringConvertible, ExpressibleByArgument {
    /// The permission bits, at most 0o777.
    package let rawValue: UInt16

    /// Parses octal digits such as 0660.
    package init?(_ text: String) {
        // Checked before, as `UInt16(_:radix:)` accepts a sign.
        guard text.utf8.count <= 4, text.utf8.allSatisfy({ (0x30...0x37).contains($0) }) else { return nil }
        guard let value = UInt16(text, radix: 8), value <= 0o777 else { return nil }
        rawValue = value
    }

    /// The octal digits with a leading zero.
    package var description: String { "0" + String(rawValue, radix: 8) }
}

extension SocketFileOptions.Group: ExpressibleByArgument {}
