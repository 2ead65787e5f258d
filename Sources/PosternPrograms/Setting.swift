import FoundationEssentials
import Glibc

/// The values of options in the environment.
///
/// The value on the command line takes precedence over the one in the environment, and that over the default.
///
/// `--max-requests 5` corresponds to `POSTERN_MAX_REQUESTS=5` in the environment. A flag is enabled by `1` or `true`.
package enum Setting {
    /// Returns the value of an option in the environment, or a default value.
    ///
    /// The program exits with code 64 when the value is invalid, as for an invalid option on the command line.
    ///
    /// - Parameters:
    ///   - name: The name of the option, without leading dashes.
    ///   - fallback: The default value.
    /// - Returns: The value.
    package static func value<Value: LosslessStringConvertible>(_ name: String, default fallback: Value) -> Value {
        optional(name, as: Value.self) ?? fallback
    }

    /// Returns the value of an option in the environment, or `nil` when it is not set.
    package static func optional<Value: LosslessStringConvertible>(
        _ name: String,
        as type: Value.Type = Value.self
    ) -> Value? {
        guard let text = text(of: name) else { return nil }
        guard let value = Value(text) else { reject(text, for: name) }
        return value
    }

    /// Returns whether a flag is enabled in the environment.
    package static func flag(_ name: String) -> Bool {
        switch text(of: name)?.lowercased() {
        case nil, "", "0", "false", "no", "off": false
        case "1", "true", "yes", "on": true
        case let text?: reject(text, for: name)
        }
    }

    /// Returns the values of a repeatable option, which are separated by commas in the environment.
    package static func list(_ name: String) -> [String] {
        (text(of: name) ?? "").split(separator: ",").map { item in
            String(item.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        }
    }

    /// Returns the parsed values of a repeatable option.
    package static func list<Value: LosslessStringConvertible>(_ name: String, as type: Value.Type) -> [Value] {
        list(name).map { text in
            guard let value = Value(text) else { reject(text, for: name) }
            return value
        }
    }

    /// Returns the source of an invalid value for an error message: `--port 99999`, or `POSTERN_PORT=99999`.
    ///
    /// - Parameters:
    ///   - name: The name of the option, without leading dashes.
    ///   - value: The value.
    /// - Returns: The option or the environment variable, with the value.
    package static func named(_ name: String, _ value: some CustomStringConvertible) -> String {
        // An option and its value are separated by a space, a variable and its value by an equals sign.
        let source = named(name)
        return source.hasPrefix("-") ? "\(source) \(value)" : "\(source)=\(value)"
    }

    /// Returns the option or the environment variable that is the source of a value.
    package static func named(_ name: String) -> String {
        // The command line takes precedence, so the variable is the source only when the option is absent there.
        isOnCommandLine(name) || text(of: name) == nil ? "--\(name)" : variable(name)
    }

    private static func isOnCommandLine(_ name: String) -> Bool {
        CommandLine.arguments.contains { $0 == "--\(name)" || $0.hasPrefix("--\(name)=") }
    }

    /// Returns the name of the environment variable for an option.
    static func variable(_ name: String) -> String {
        "POSTERN_" + name.uppercased().replacing("-", with: "_")
    }

    // Read once: each default of an option looks there, and the dictionary is made anew each time that it is read.
    private static let environment = ProcessInfo.processInfo.environment

    private static func text(of name: String) -> String? { environment[variable(name)] }

    private static func reject(_ text: String, for name: String) -> Never {
        // Exits because the defaults of options are property initializers, which cannot throw.
        Output.error("Error: The value '\(text)' of \(variable(name)) is invalid for '--\(name)'")
        exit(EX_USAGE)
    }
}
