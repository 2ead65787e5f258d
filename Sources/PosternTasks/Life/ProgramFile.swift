import Subprocess
import SystemPackage

/// Checks of the file of a program before it is started.
enum ProgramFile {
    /// Returns the reason why a program cannot be started, or `nil` when it can.
    ///
    /// - Parameters:
    ///   - program: A path, or a name that is looked up in `PATH`.
    ///   - options: The options that set the `PATH` and the working directory of the child.
    /// - Returns: The reason, as the end of an error message.
    static func obstacle(to program: String, in options: TaskOptions) async -> String? {
        guard program.contains("/") else {
            var environment = Environment.inherit
            if let path = options.environment["PATH"] { environment = environment.updating(["PATH": path]) }
            let isFound = (try? await Executable.name(program).resolveExecutablePath(in: environment)) != nil
            return isFound ? nil : noSuchProgram
        }
        // A relative path is relative to the working directory of the child, not to that of this process.
        let path = FilePath(options.workingDirectory ?? ".").pushing(FilePath(program)).string
        return switch SystemCalls.isFolder(path) {
        case nil: noSuchProgram
        case true?: "it is a directory"
        case false?: SystemCalls.isExecutable(path) ? nil : "it is not an executable file"
        }
    }

    private static let noSuchProgram = "there is no such program"
}
