/*
 * log and pow as every glibc has them. Linked against glibc 2.31 they would ask for the variants of 2.29, which differ only in that
 * they leave errno alone, and the executable would not start on an older C library. Nothing else in it needs more than 2.17.
 */
#if defined(__x86_64__)
#define FIRST "GLIBC_2.2.5"
#elif defined(__aarch64__)
#define FIRST "GLIBC_2.17"
#endif
__asm__(".symver first_log,log@" FIRST "\n.symver first_pow,pow@" FIRST);
double first_log(double x);
double first_pow(double x, double y);
double __wrap_log(double x);
double __wrap_pow(double x, double y);

double __wrap_log(double x)
{
	return first_log(x);
}

double __wrap_pow(double x, double y)
{
	return first_pow(x, y);
}
