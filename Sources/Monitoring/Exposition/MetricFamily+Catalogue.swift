/// Every metric that there is; text, documentation and tests are made from this list.
extension MetricFamily {
    static let build = MetricFamily(
        "holdover_build", .info, labels: ["version"], "The holdover that wrote this")

    // MARK: Clients

    static let secretAge = MetricFamily(
        "holdover_secret_age_seconds", .gauge, unit: "seconds", labels: ["client"],
        "Since the client's last rotation was completed, or since its plan was first seen")
    static let secretPeriod = MetricFamily(
        "holdover_secret_period_seconds", .gauge, unit: "seconds", labels: ["client"],
        "How often the plan wants the secret rotated (schedule.every)")
    static let secretDue = MetricFamily(
        "holdover_secret_due_timestamp_seconds", .gauge, unit: "seconds", labels: ["client"],
        "When the next rotation is due, in seconds since 1970")
    static let secretOverdue = MetricFamily(
        "holdover_secret_overdue", .gauge, labels: ["client"],
        "1 where a rotation should have begun and none is under way")

    // MARK: Rotations

    static let rotations = MetricFamily(
        "holdover_rotations", .gauge, labels: ["state", "reason"],
        "Rotations that aren't over, by why they aren't moving")
    static let phaseAge = MetricFamily(
        "holdover_rotation_phase_age_seconds", .gauge, unit: "seconds",
        labels: ["client", "state", "phase", "reason"],
        "Since the present phase of a rotation that isn't over began")
    static let waiting = MetricFamily(
        "holdover_rotation_waiting_seconds", .gauge, unit: "seconds",
        labels: ["client", "state", "phase", "reason"],
        "Since a rotation that isn't over waits for its present reason")
    static let consumers = MetricFamily(
        "holdover_rotation_consumers", .gauge, labels: ["client", "verdict"],
        "Consumers of rotations that aren't over, by what is known of the secret they use")
    static let completed = MetricFamily(
        "holdover_rotations_completed", .counter, "Rotations that were completed")
    static let abandoned = MetricFamily(
        "holdover_rotations_abandoned", .counter,
        "Rotations that were rolled back, with the old secret in force")

    // MARK: Runs

    static let runStart = MetricFamily(
        "holdover_last_run_start_timestamp_seconds", .gauge, unit: "seconds",
        "When the last run began, in seconds since 1970")
    static let runEnd = MetricFamily(
        "holdover_last_run_end_timestamp_seconds", .gauge, unit: "seconds",
        "When the last run ended, in seconds since 1970")
    static let runDuration = MetricFamily(
        "holdover_last_run_duration_seconds", .gauge, unit: "seconds",
        "How long the last run took")
    static let runExitCode = MetricFamily(
        "holdover_last_run_exit_code", .gauge, "What the last run left with")
    static let runSuccess = MetricFamily(
        "holdover_last_run_success_timestamp_seconds", .gauge, unit: "seconds",
        "When a run last ended well (exit code 0, 5 or 10), in seconds since 1970")
    static let plansWrong = MetricFamily(
        "holdover_plans_wrong", .gauge,
        "Plan files with a mistake, when a run last looked at them")
    static let rotationsFailed = MetricFamily(
        "holdover_rotations_failed", .gauge,
        "Rotations that couldn't be driven, when a run last tried all")
    static let runs = MetricFamily(
        "holdover_runs", .counter, labels: ["exit_code"], "Runs, by what they left with")

    // MARK: Alerts

    static let undelivered = MetricFamily(
        "holdover_alerts_undelivered", .gauge, labels: ["channel"],
        "Messages that wait for a channel of alerts.yaml")
    static let undeliveredAge = MetricFamily(
        "holdover_alerts_undelivered_age_seconds", .gauge, unit: "seconds", labels: ["channel"],
        "Since the oldest of those messages waits")
    static let givenUp = MetricFamily(
        "holdover_alerts_given_up", .gauge, labels: ["channel"],
        "Messages that were given up within the last seven days")
    static let notices = MetricFamily(
        "holdover_notices", .gauge, labels: ["client", "kind"],
        "Presenters of a client's id that are unusual, seen within the last day")

    // MARK: The journal

    static let journalReadable = MetricFamily(
        "holdover_journal_readable", .gauge, "1 where the journal could be read")
    static let journalFrozen = MetricFamily(
        "holdover_journal_frozen", .gauge,
        "1 where nothing is done with the journal until a person decides (holdover recover)")
    static let keyAge = MetricFamily(
        "holdover_sealing_key_age_seconds", .gauge, unit: "seconds",
        "Since the journal was made and its sealing key taken into use")

    // MARK: Calls

    static let tokenDuration = MetricFamily(
        "holdover_token_request_duration_seconds", .histogram, unit: "seconds", labels: ["type"],
        "How long token endpoints took to answer, by the server's type")
    static let tokenRequests = MetricFamily(
        "holdover_token_requests", .counter, labels: ["type", "outcome"],
        "Secrets tried at token endpoints: accepted, refused (which may be hoped for), or failed")
    static let tokenFailures = MetricFamily(
        "holdover_token_failures", .counter, labels: ["type", "error"],
        "Secrets tried without an answer, by what went wrong")
    static let adminDuration = MetricFamily(
        "holdover_admin_call_duration_seconds", .histogram, unit: "seconds", labels: ["type"],
        "How long calls to admin APIs took, logins and repeated reads included")
    static let adminCalls = MetricFamily(
        "holdover_admin_calls", .counter, labels: ["type", "operation", "outcome"],
        "Calls to admin APIs: done, or failed")
    static let adminFailures = MetricFamily(
        "holdover_admin_failures", .counter, labels: ["type", "error"],
        "Calls to admin APIs that failed, by what went wrong")

    /// Every metric, in the order of the text.
    public static let all = [
        build, secretAge, secretPeriod, secretDue, secretOverdue, rotations, phaseAge, waiting,
        consumers, completed, abandoned, runStart, runEnd, runDuration, runExitCode, runSuccess,
        plansWrong, rotationsFailed, runs, undelivered, undeliveredAge, givenUp, notices,
        journalReadable, journalFrozen, keyAge, tokenDuration, tokenRequests, tokenFailures,
        adminDuration, adminCalls, adminFailures,
    ]
}
