import Subprocess
import SystemPackage

/// The files of programs.
enum ProgramFile {
    /// Whether a program can be started: a path, or a name that is looked up in `PATH`.
    static func exists(_ program: String, in options: TaskOptions) async -> Bool {
        guard !program.contains("/") else {
            let folder = FilePath(options.workingDirectory ?? ".")
            return SystemCalls.isExecutable(folder.pushing(FilePath(program)).string)
        }
        var environment = Environment.inherit
        if let path = options.environment["PATH"] { environment = environment.updating(["PATH": path]) }
        return (try? await Executable.name(program).resolveExecutablePath(in: environment)) != nil
    }
}
