fn main() {
    thanos_fix::process::enter_helper_if_asked();
}
