import FoundationEssentials
import Glibc

/// The default of an option, which the environment may replace: the command line wins, then the environment.
///
/// `--max-requests 5` is `POSTERN_MAX_REQUESTS=5` in the environment; a flag is switched on by `1` or `true`.
package enum Setting {
    /// The value of an option that is not on the command line.
    ///
    /// A value that cannot be read ends the program with exit code 64, as a wrong option does.
    ///
    /// - Parameters:
    ///   - name: The name of the option, without dashes in front.
    ///   - fallback: The value when the environment has none.
    /// - Returns: The value from the environment, or the fallback.
    package static func value<Value: LosslessStringConvertible>(_ name: String, default fallback: Value) -> Value {
        optional(name, as: Value.self) ?? fallback
    }

    /// The value of an option without a default.
    package static func optional<Value: LosslessStringConvertible>(
        _ name: String,
        as type: Value.Type = Value.self
    ) -> Value? {
        guard let text = text(of: name) else { return nil }
        guard let value = Value(text) else { reject(text, for: name) }
        return value
    }

    /// Whether a flag is switched on.
    package static func flag(_ name: String) -> Bool {
        switch text(of: name)?.lowercased() {
        case nil, "", "0", "false", "no", "off": false
        case "1", "true", "yes", "on": true
        case let text?: reject(text, for: name)
        }
    }

    /// The values of an option that may be given several times; separated by commas in the environment.
    package static func list(_ name: String) -> [String] {
        (text(of: name) ?? "").split(separator: ",").map { item in
            String(item.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        }
    }

    /// The values of an option that may be given several times, each read from its text.
    package static func list<Value: LosslessStringConvertible>(_ name: String, as type: Value.Type) -> [Value] {
        list(name).map { text in
            guard let value = Value(text) else { reject(text, for: name) }
            return value
        }
    }

    /// Where a value comes from, for the message that it cannot be used: `--port 99999`, or `POSTERN_PORT=99999`.
    ///
    /// - Parameters:
    ///   - name: The name of the option, without dashes in front.
    ///   - value: The value.
    /// - Returns: The option or the variable, with the value.
    package static func named(_ name: String, _ value: some CustomStringConvertible) -> String {
        let source = named(name)
        return source.hasPrefix("-") ? "\(source) \(value)" : "\(source)=\(value)"
    }

    /// The option or the variable that a value comes from, without the value.
    package static func named(_ name: String) -> String {
        isOnCommandLine(name) || text(of: name) == nil ? "--\(name)" : variable(name)
    }

    private static func isOnCommandLine(_ name: String) -> Bool {
        CommandLine.arguments.contains { $0 == "--\(name)" || $0.hasPrefix("--\(name)=") }
    }

    /// The name of the variable that stands for an option.
    static func variable(_ name: String) -> String {
        "POSTERN_" + name.uppercased().replacing("-", with: "_")
    }

    private static func text(of name: String) -> String? { ProcessInfo.processInfo.environment[variable(name)] }

    private static func reject(_ text: String, for name: String) -> Never {
        Output.error("Error: The value '\(text)' of \(variable(name)) is invalid for '--\(name)'")
        exit(EX_USAGE)
    }
}
