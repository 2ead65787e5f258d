import Subprocess
import SystemPackage

/// The files of programs.
enum ProgramFile {
    /// Why a program cannot be started: a path, or a name that is looked up in `PATH`; `nil` when it can.
    static func obstacle(to program: String, in options: TaskOptions) async -> String? {
        guard program.contains("/") else {
            var environment = Environment.inherit
            if let path = options.environment["PATH"] { environment = environment.updating(["PATH": path]) }
            let isFound = (try? await Executable.name(program).resolveExecutablePath(in: environment)) != nil
            return isFound ? nil : noSuchProgram
        }
        let path = FilePath(options.workingDirectory ?? ".").pushing(FilePath(program)).string
        return switch SystemCalls.isFolder(path) {
        case nil: noSuchProgram
        case true?: "it is a directory"
        case false?: SystemCalls.isExecutable(path) ? nil : "it is not an executable file"
        }
    }

    private static let noSuchProgram = "there is no such program"
}
