/// What it came to.
struct SoakFigures {
    var rotations = 0
    var abandoned = 0
    var runs = 0
    var kills = 0
    var faults = 0
    var requests = 0
    var secrets = 0
    var seconds = 0.0
    /// Everything that is not as it must be.
    var problems: [String] = []

    /// A line for each figure, and one for each problem.
    var text: String {
        """
        rotations completed    \(rotations), rolled back \(abandoned)
        runs                   \(runs), \(kills) of them killed
        faults that were met   \(faults)
        token requests         \(requests), with \(secrets) secrets
        failed                 \(problems.count)
        seconds                \(Int(seconds))

        """ + problems.prefix(20).map { "problem: \($0)\n" }.joined()
    }
}
