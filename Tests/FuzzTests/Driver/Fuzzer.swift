import CFuzzer
import Glibc

/// `Fuzzer TARGET …`: libFuzzer on one target, with libFuzzer's own arguments behind its name.
///
/// Without a target it names them all, one a line.
@main enum Fuzzer {
    private static let target = FuzzTarget.all.first {
        $0.name == CommandLine.arguments.dropFirst().first
    }

    static func main() {
        guard target != nil else {
            for target in FuzzTarget.all { print(target.name) }
            exit(CommandLine.argc > 1 ? 2 : 0)
        }
        // libFuzzer sees its own arguments only; ours becomes the program's name.
        var count = CommandLine.argc - 1
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? =
            CommandLine.unsafeArgv.advanced(by: 1)
        exit(
            LLVMFuzzerRunDriver(&count, &arguments) { bytes, size in
                let input = Array(UnsafeBufferPointer(start: bytes, count: size))
                guard let complaint = Fuzzer.target?.complaint(input) else { return 0 }
                let line = "complaint: \(complaint)\n"
                _ = write(STDERR_FILENO, line, line.utf8.count)
                abort()
            })
    }
}
