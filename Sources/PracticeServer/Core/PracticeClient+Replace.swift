/// What vendors do that hold one secret for each client.
extension PracticeClient {
    /// The one in force: what was made last.
    var current: PracticeSecret? { secrets.last }

    /// Puts `value` in force and takes every other secret away; once the change is everywhere, only
    /// this one is good.
    ///
    /// What is in force already is good at every moment in between.
    mutating func replace(
        with value: String, at now: Milliseconds, under settings: PracticeSettings
    ) {
        let kept = secrets.last { $0.value == value }?.id
        for secret in secrets where secret.id != kept {
            remove(secret.id, at: now, under: settings)
        }
        guard kept == nil else { return }
        add(id: RandomText.uuid(), value: value, at: now, under: settings)
    }
}
